"""How a text encoder reads a prompt."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from adapters.runners.diffusion.order import Order


def cut_tokens(pipeline: Any, order: Order) -> Mapping[str, int]:
    """By the name of the text, how many of its tokens the encoder left out, where any."""
    tokenizer = pipeline.tokenizer
    texts = {"prompt": order.prompt, "negative_prompt": order.negative_prompt}
    lengths = {name: len(tokenizer(text, verbose=False).input_ids) for name, text in texts.items()}
    most: int = tokenizer.model_max_length
    return {name: length - most for name, length in lengths.items() if length > most}


@contextmanager
def layers_left_out(encoder: Any) -> Iterator[None]:
    """For `clip_skip` diffusers asks an encoder for its `text_model`, which transformers 5.6 made
    one with the encoder. It gets one for the run alone: whoever loads a LoRA takes an encoder that
    has it for one of before."""
    if hasattr(encoder, "text_model"):
        yield
        return
    vars(encoder)["text_model"] = encoder
    try:
        yield
    finally:
        del vars(encoder)["text_model"]
