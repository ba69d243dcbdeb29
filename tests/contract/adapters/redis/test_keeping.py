"""Which servers can run the scripts."""

import pytest

from adapters.tasks.redis_keeping import refuse_old
from domain.model.errors import StorageUnavailable


@pytest.mark.parametrize("version", ["6.2.0", "7.0.15", "7.2.4", "8.0-rc1", "10.1"])
def test_a_server_that_knows_every_command_is_taken(version: str) -> None:
    refuse_old(version)


@pytest.mark.parametrize("version", ["2.8.24", "5.0.14", "6.0.16"])
def test_one_that_does_not_is_refused(version: str) -> None:
    with pytest.raises(StorageUnavailable, match=version) as caught:
        refuse_old(version)
    assert "6.2" in caught.value.hint
