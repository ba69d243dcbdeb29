"""The pages under docs/ are true as far as a machine can tell: what they name exists."""

import re
from pathlib import Path

import pytest

from adapters.telemetry.log_lines import FACTS, MOVES
from entrypoints.cli.main import app
from entrypoints.settings import Settings
from tests.documents import PAGES, blocks

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
NUMBERED = {page.stem: page.read_text() for page in PAGES}
OTHER_PAGES = (*sorted((ROOT / "docs").glob("runbook/*.md")), ROOT / "docs" / "infrastructure.md")
TEXTS = NUMBERED | {
    page.relative_to(ROOT / "docs").with_suffix("").as_posix(): page.read_text()
    for page in OTHER_PAGES
}
SOURCE = "\n".join(path.read_text() for path in sorted((ROOT / "src").rglob("*.py")))

by_page = pytest.mark.parametrize("name", TEXTS)

OTHERS = {
    "APP_ENV", "API_KEY", "DARKROOM_URL", "DARKROOM_API_KEY", "TABLE",
    "PENDING", "STARTED", "RETRY", "SUCCESS", "FAILURE", "CANCELED", "EXPIRED",
    "DEV", "TEST", "PROD", "SIGTERM", "ACK", "REQUEUE", "PARK", "PATH", "PWD", "END", "NAME",
}  # fmt: skip
"""In capitals, and no setting."""


def test_pages_are_numbered_without_a_gap_and_the_readme_links_each() -> None:
    assert [int(name[:2]) for name in NUMBERED] == list(range(1, len(NUMBERED) + 1))
    assert [page.name for page in PAGES if f"](docs/{page.name})" not in README] == []


@pytest.mark.parametrize("name", NUMBERED)
def test_a_page_has_one_picture_and_a_title_with_its_number(name: str) -> None:
    page = next(page for page in PAGES if page.stem == name)
    assert [block.language for block in blocks(page)].count("mermaid") == 1
    assert TEXTS[name].startswith(f"# {int(name[:2])}. ")


def test_the_architecture_names_only_ports_that_are_there() -> None:
    ports = "\n".join(path.read_text() for path in (ROOT / "src" / "ports").glob("*.py"))
    known = set(re.findall(r"^class (\w+)\(ABC\)", ports, re.MULTILINE)) - {"Lifecycle"}
    table = TEXTS["01-architecture"].split("| port |")[1].split("\n\n")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    named = set(re.findall(r"`(\w+)`", " ".join(first_cells)))
    assert named - known == set()
    assert len(named) > 15


@by_page
def test_every_named_test_exists(name: str) -> None:
    missing = []
    for named in re.findall(r"`(tests/[^`]+)`", TEXTS[name]):
        path, _, test = named.partition("::")
        found = (ROOT / path).exists() or "NAME" in path
        if not found or (test and f"def {test}(" not in (ROOT / path).read_text()):
            missing.append(named)
    assert missing == []


@by_page
def test_every_named_file_exists(name: str) -> None:
    named = re.findall(r"`((?:src|infra|docs|bench)/[^` ]+)`", TEXTS[name])
    assert [path for path in named if "NAME" not in path and not (ROOT / path).exists()] == []


def anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@by_page
def test_every_link_leads_somewhere(name: str) -> None:
    lost = []
    for target, anchor in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", TEXTS[name]):
        page = ROOT / "docs" / f"{name}.md"
        path = page.parent / target if target else page
        if not path.exists() or (anchor and anchor not in anchors(path.read_text())):
            lost.append(f"{target}#{anchor}")
    assert lost == []


@by_page
def test_every_setting_it_names_is_one(name: str) -> None:
    known = {setting.upper() for setting in Settings.model_fields} | OTHERS
    known |= set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    known |= {word for path in (ROOT / "infra" / "local").glob("*.py")
              for word in re.findall(r"[A-Z0-9_]{3,}", path.read_text())}  # fmt: skip
    named = re.findall(r"`([A-Z][A-Z0-9_]{2,})(?:=[^`]*)?`", TEXTS[name])
    assert {word for word in named if word not in known and not word.startswith("OTEL_")} == set()


@by_page
def test_every_metric_it_names_is_one(name: str) -> None:
    """Some are named in the source without their prefix and unit, which are added there."""
    for metric in re.findall(
        r"`(?:darkroom_)(\w+?)(?:_total|_seconds|_bytes|_info)*`", TEXTS[name]
    ):
        assert metric in SOURCE, metric


def test_every_event_of_the_log_it_names_is_one() -> None:
    table = TEXTS["06-observing"].split("| event |")[1].split("\n\n")[0]
    named = re.findall(r"`(\w+)`", " ".join(line.split("|")[1] for line in table.splitlines()[2:]))
    known = {name for _, name in (*MOVES.values(), *FACTS.values())}
    known |= {"request_served", "stream_opened", "stream_closed", "webhook_tried"}
    assert set(named) - known == set()
    assert len(named) > 15


@by_page
def test_every_command_it_names_exists(name: str) -> None:
    commands = {each.name or each.callback.__name__ for each in app.registered_commands}  # type: ignore[union-attr]
    commands |= {group.name for group in app.registered_groups}  # type: ignore[misc]
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    typed = re.findall(
        r"(?:^|`|\s)(?<!from )(darkroom|make) ([a-z][a-z-]*)", code_of(TEXTS[name]), re.MULTILINE
    )
    unknown = [
        f"{program} {word}"
        for program, word in typed
        if word not in (commands if program == "darkroom" else targets)
    ]
    assert unknown == []


def code_of(text: str) -> str:
    """What stands as code: in fences and between backticks."""
    fences = re.findall(r"^```sh.*?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return "\n".join([*fences, *re.findall(r"`[^`\n]+`", rest)])
