"""How much of a prompt a text encoder reads."""

from collections.abc import Mapping
from typing import Any

from adapters.runners.diffusion.order import Order


def cut_tokens(pipeline: Any, order: Order) -> Mapping[str, int]:
    """By the name of the text, how many of its tokens the encoder left out, where any."""
    tokenizer = pipeline.tokenizer
    texts = {"prompt": order.prompt, "negative_prompt": order.negative_prompt}
    lengths = {name: len(tokenizer(text, verbose=False).input_ids) for name, text in texts.items()}
    most: int = tokenizer.model_max_length
    return {name: length - most for name, length in lengths.items() if length > most}
