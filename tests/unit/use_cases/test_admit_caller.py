import hmac

import pytest

from adapters.keys.memory import MemoryKeyStore
from adapters.ratelimit.memory import MemoryRateLimiter
from domain.model.api_key import RANDOM_BYTES, minted
from domain.model.errors import InvalidApiKey, RateLimited
from domain.model.principal import TASKS
from domain.model.settled_keys import SettledKeys
from domain.use_cases.admit_caller import GUESSES, AdmitCaller

pytestmark = pytest.mark.anyio


@pytest.fixture
def admit() -> AdmitCaller:
    settled = SettledKeys([("a", "key-a"), ("b", "key-b")], TASKS)
    return AdmitCaller(settled, MemoryKeyStore(), MemoryRateLimiter(), lambda: 0.0, 2)


async def test_a_key_belongs_to_its_tenant(admit: AdmitCaller) -> None:
    assert (await admit("key-a", "::1", writes=True)).principal.tenant == "a"
    assert (await admit("key-b", "::1", writes=True)).principal.tenant == "b"


@pytest.mark.parametrize("presented", [None, "", "key-c", "KEY-A"])
async def test_anything_else_is_refused(admit: AdmitCaller, presented: str | None) -> None:
    with pytest.raises(InvalidApiKey):
        await admit(presented, "::1", writes=False)


async def test_writes_run_out_and_reads_go_on(admit: AdmitCaller) -> None:
    for _ in range(2):
        await admit("key-a", "::1", writes=True)
    with pytest.raises(RateLimited) as refused:
        await admit("key-a", "::1", writes=True)
    assert refused.value.retry_after_s is not None
    assert refused.value.retry_after_s >= 1
    assert (await admit("key-a", "::1", writes=False)).decision.allowed
    assert (await admit("key-b", "::1", writes=True)).decision.allowed


async def test_looking_costs_nothing(admit: AdmitCaller) -> None:
    principal = await admit.identify("key-a", "::1")
    for _ in range(5):
        assert (await admit.left(principal, writes=True)).decision.remaining == 2


async def test_an_address_that_guesses_has_to_wait(admit: AdmitCaller) -> None:
    for _ in range(GUESSES.limit):
        with pytest.raises(InvalidApiKey):
            await admit("wrong", "10.0.0.1", writes=False)
    with pytest.raises(RateLimited):
        await admit("wrong", "10.0.0.1", writes=False)
    assert (await admit("key-a", "10.0.0.1", writes=False)).principal.tenant == "a"


async def test_an_id_that_is_known_takes_the_same_comparison_as_one_that_is_not(
    admit: AdmitCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []

    def compare(known: str | bytes, _given: str | bytes) -> bool:
        compared.append(type(known).__name__)
        return False

    _, text = minted(bytes(RANDOM_BYTES))
    monkeypatch.setattr(hmac, "compare_digest", compare)
    with pytest.raises(InvalidApiKey):
        await admit(text, "::1", writes=False)
    assert compared == ["bytes", "bytes", "str"]
