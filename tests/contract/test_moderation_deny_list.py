import pytest

from adapters.moderation.deny_list import DenyListModeration, entries_of
from tests.contract.clauses.moderation import ModerationClauses

LIST = """
# Nothing of these
gore
Blood Bath   # both words
c++
"""


@pytest.fixture
def moderation() -> DenyListModeration:
    return DenyListModeration(entries_of(LIST))


class TestDenyListModeration(ModerationClauses):
    refused = "a lot of gore"
    allowed = "a bowl of fruit"


class TestAnyEntry(ModerationClauses):
    refused = "a BLOOD\n bath."
    allowed = "a bath of blood"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "prompt",
    ["GORE", "gore!", "(gore:1.4)", "g\u200bore", "gōre", "ｇｏｒｅ", "blood  bath", "C++ code"],
)
async def test_other_spellings_are_the_same_word(
    moderation: DenyListModeration, prompt: str
) -> None:
    assert await moderation.judge(prompt)


@pytest.mark.anyio
@pytest.mark.parametrize("prompt", ["gorey", "Al Gorem", "blood", "bath", "c+", "both words"])
async def test_a_part_of_a_word_is_another_word(
    moderation: DenyListModeration, prompt: str
) -> None:
    assert await moderation.judge(prompt) is None


@pytest.mark.anyio
async def test_an_empty_list_refuses_nothing() -> None:
    assert await DenyListModeration().judge("gore") is None
    assert await DenyListModeration(entries_of("\n# \n")).judge("gore") is None
