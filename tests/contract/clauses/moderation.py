"""What every `Moderation` does with a prompt."""

import asyncio

import pytest

from ports.moderation import Moderation


class ModerationClauses:
    """The binding gives the fixture `moderation`, and says which prompts it refuses."""

    pytestmark = pytest.mark.anyio

    refused: str
    allowed: str

    async def test_01_a_harmless_prompt_passes(self, moderation: Moderation) -> None:
        assert await moderation.judge(self.allowed) is None

    async def test_02_a_refused_one_is_told_why_in_a_sentence(self, moderation: Moderation) -> None:
        reason = await moderation.judge(self.refused)
        assert reason is not None
        assert reason.endswith(".")
        assert "\n" not in reason

    async def test_03_prompts_at_once_are_judged_each_for_itself(
        self, moderation: Moderation
    ) -> None:
        prompts = [self.allowed, self.refused] * 5
        reasons = await asyncio.gather(*(moderation.judge(each) for each in prompts))
        assert [reason is not None for reason in reasons] == [False, True] * 5

    @pytest.mark.parametrize(
        "prompt",
        ["", " ", "\0", "\x1b[2J", "(" * 1000, "a" * 10_000, "\u202e\u200b" * 500, "🖼" * 100],
        ids=range(8),
    )
    async def test_04_no_prompt_is_too_odd_to_be_judged(
        self, moderation: Moderation, prompt: str
    ) -> None:
        assert await moderation.judge(prompt) is None

    async def test_05_company_does_not_hide_it(self, moderation: Moderation) -> None:
        assert await moderation.judge(f"{self.allowed}, {self.refused}, {self.allowed}")
