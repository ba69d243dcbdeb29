"""Refusing a prompt before anything is written down."""

from domain.model.errors import ContentFiltered, FieldError
from domain.model.request import TaskRequest
from ports.moderation import Moderation


class JudgePrompt:
    def __init__(self, moderation: Moderation) -> None:
        self._moderation = moderation

    async def __call__(self, request: TaskRequest) -> None:
        """Raises `ContentFiltered`, and what asking the moderation raises. What a picture is to
        be without, its `negative_prompt`, may be named."""
        prompt = request.texts.get("prompt")
        reason = await self._moderation.judge(prompt) if prompt else None
        if reason is not None:
            fault = FieldError("/input/prompt", ContentFiltered.code, reason)
            raise ContentFiltered(reason, errors=[fault])
