import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.errors import InvalidRequest
from domain.model.links import LinkSigner, check_prefix, is_key

SIGNER = LinkSigner(b"0123456789abcdef")
KEY = "results/t/20250101/id/1/id_8x8.png"
ENDS = 2_000_000_000


def signature(key: str = KEY, ends: float = ENDS, signer: LinkSigner = SIGNER) -> str:
    return signer.sign(key, ends).rsplit("=", 1)[1]


def test_a_link_is_a_path_with_its_end_and_its_signature() -> None:
    assert SIGNER.path(KEY, ENDS + 0.9) == (
        f"/v1/files/{KEY}?expires={ENDS}&signature={signature()}"
    )


@pytest.mark.parametrize(("now", "opens"), [(0, True), (ENDS - 0.001, True), (ENDS, False)])
def test_it_opens_until_its_end(now: float, opens: bool) -> None:
    assert SIGNER.verify(KEY, ENDS, signature(), now) is opens


def test_it_opens_nothing_else() -> None:
    other = LinkSigner(b"0123456789abcdeF")
    assert not SIGNER.verify(KEY + "0", ENDS, signature(), now=0)
    assert not SIGNER.verify(KEY, ENDS + 1, signature(), now=0)
    assert not SIGNER.verify(KEY, ENDS, signature(signer=other), now=0)
    assert not SIGNER.verify(KEY, ENDS, signature().upper(), now=0)
    assert not SIGNER.verify("results/../" + KEY, ENDS, signature(), now=0)


@given(forged=st.one_of(st.text(), st.from_regex(r"[0-9a-f]{64}", fullmatch=True)))
def test_no_guess_opens_it(forged: str) -> None:
    assert SIGNER.verify(KEY, ENDS, forged, now=0) is (forged == signature())


@given(key=st.text(), ends=st.integers())
def test_any_question_gets_an_answer(key: str, ends: int) -> None:
    assert not SIGNER.verify(key, ends, signature(), now=0)


@given(place=st.integers(0, 63), digit=st.sampled_from("0123456789abcdef"))
def test_every_digit_counts(place: int, digit: str) -> None:
    mutated = signature()[:place] + digit + signature()[place + 1 :]
    assert SIGNER.verify(KEY, ENDS, mutated, now=0) is (mutated == signature())


def test_end_and_key_can_not_be_shifted_into_each_other() -> None:
    assert signature("1/x", 2) != signature("x", 21)
    assert not SIGNER.verify("23/x", 1, signature("3/x", 12), now=0)


def test_only_keys_are_signed() -> None:
    with pytest.raises(InvalidRequest):
        SIGNER.sign("../secret", ENDS)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        LinkSigner(b"too short")


@given(st.text(alphabet="ab./\\%\0 \n@", max_size=12))
def test_a_key_never_leaves_its_folder(text: str) -> None:
    if is_key(text):
        parts = text.split("/")
        assert all(parts)
        assert not {".", ".."} & set(parts)
        assert not set(text) & set("\\%\0 \n@")


@pytest.mark.parametrize("key", ["a", "A.b-c_9", "...", "a/.b", "a" * 200, "/".join("a" * 450)])
def test_these_are_keys(key: str) -> None:
    assert is_key(key)
    assert check_prefix(key) == key
    assert check_prefix(key + "/") == key + "/"
