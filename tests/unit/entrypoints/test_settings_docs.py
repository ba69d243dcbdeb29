"""The written-down settings are those of the model."""

from pathlib import Path

import pytest

from entrypoints.configuration import load_settings
from entrypoints.settings import Settings
from entrypoints.settings_docs import STACK, Variable, configuration_table, env_example, variables

ROOT = Path(__file__).parents[3]


def test_the_committed_env_example_is_the_generated_one() -> None:
    assert (ROOT / ".env.example").read_text() == env_example()


def test_a_copy_of_env_example_changes_nothing() -> None:
    lines = env_example().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_env_example_uncommented_is_a_valid_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    lines = [line[1:] for line in env_example().splitlines() if line[:2] not in ("# ", "", "#")]
    (tmp_path / ".env").write_text("\n".join(lines))
    monkeypatch.chdir(tmp_path)
    spelt_out = load_settings().model_dump()
    (tmp_path / ".env").unlink()
    assert len(lines) == len(Settings.model_fields) + len(STACK)
    # DEV logs for a console unless told otherwise, and the file tells.
    assert spelt_out == load_settings().model_dump() | {"log_format": "json"}


@pytest.mark.parametrize("variable", list(variables()), ids=lambda one: one.name)
def test_every_variable_is_explained(variable: Variable) -> None:
    assert variable.meaning.endswith((".", "…"))
    assert f"| `{variable.name}` | " in configuration_table()
    assert f"#{variable.name}=" in env_example()


def test_the_table_says_what_a_profile_changes() -> None:
    (row,) = [line for line in configuration_table().splitlines() if "`TASK_STORE`" in line]
    assert row == (
        "| `TASK_STORE` | `sqlite`; TEST: `memory`; PROD: `redis` | The ledger. One of `redis`, "
        "`sqlite`, `memory`. |"
    )


def test_a_profile_names_no_adapter_that_is_not_there() -> None:
    for variable in variables():
        assert set(variable.profiles.values()) <= set(
            variable.choices or variable.profiles.values()
        )
