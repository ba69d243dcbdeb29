import hashlib
import hmac

import pytest

from adapters.keys.memory import MemoryKeyStore
from domain.model.principal import Principal

pytestmark = pytest.mark.anyio


async def test_a_key_holds_from_its_addition_to_its_revocation() -> None:
    keys = MemoryKeyStore()
    assert await keys.verify("k") is None
    added = keys.add("acme", "k")
    assert await keys.verify("k") == added
    keys.revoke("k")
    assert await keys.verify("k") is None


async def test_revoking_one_leaves_the_others() -> None:
    keys = MemoryKeyStore([("acme", "a"), ("acme", "b")])
    keys.revoke("a")
    keys.revoke("never added")
    assert await keys.verify("b") is not None


def test_the_id_is_the_head_of_the_digest() -> None:
    digest = hashlib.sha256(b"k").hexdigest()
    assert MemoryKeyStore().add("acme", "k") == Principal("acme", digest[:12])


def test_no_clear_key_is_kept() -> None:
    assert "tell-nobody" not in str(vars(MemoryKeyStore([("acme", "tell-nobody")])))


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        MemoryKeyStore([("acme", "")])


@pytest.mark.parametrize("presented", ["a", "c", "none of them"])
async def test_every_key_is_compared_whichever_is_presented(
    presented: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = MemoryKeyStore([("acme", name) for name in "abc"])
    compared: list[bytes] = []

    def compare(known: bytes, given: bytes) -> bool:
        compared.append(known)
        return known == given

    monkeypatch.setattr(hmac, "compare_digest", compare)
    await keys.verify(presented)
    assert len(compared) == 3
