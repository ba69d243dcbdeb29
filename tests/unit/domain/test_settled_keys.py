import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.principal import ADMIN, TASKS, Principal
from domain.model.settled_keys import SettledKeys

KEYS = (("acme", "key-of-acme"), ("acme", "second-key-of-acme"), ("zeta", "key-of-zeta"))
SETTLED = SettledKeys(KEYS, TASKS)


@pytest.mark.parametrize(("tenant", "key"), KEYS)
def test_a_key_names_its_tenant_and_does_not_show(tenant: str, key: str) -> None:
    holder = SETTLED.holder(key)
    digest = hashlib.sha256(key.encode()).hexdigest()
    assert holder == Principal(tenant, digest[:12])
    assert key not in repr(holder)
    assert key not in str(vars(SETTLED))


@given(presented=st.text() | st.sampled_from([key[:-1] for _, key in KEYS]))
def test_anything_else_names_nobody(presented: str) -> None:
    assert SETTLED.holder(presented) is None


@pytest.mark.parametrize(
    "presented", ["", "KEY-OF-ACME", "key-of-acme ", "key-of-acme\0", "\ud800"]
)
def test_near_misses_and_oddities_name_nobody(presented: str) -> None:
    assert SETTLED.holder(presented) is None


def test_they_have_the_scopes_they_were_given() -> None:
    holder = SettledKeys([("acme", "k")], TASKS | {ADMIN}).holder("k")
    assert holder is not None
    assert holder.scopes == TASKS | {ADMIN}


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        SettledKeys([("acme", "")], TASKS)


@pytest.mark.parametrize("presented", ["a", "c", "none of them"])
def test_every_key_is_compared_whichever_is_presented(
    presented: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = SettledKeys([("acme", name) for name in "abc"], TASKS)
    compared: list[bytes] = []

    def compare(known: bytes, given: bytes) -> bool:
        compared.append(known)
        return known == given

    monkeypatch.setattr(hmac, "compare_digest", compare)
    keys.holder(presented)
    assert len(compared) == 3
