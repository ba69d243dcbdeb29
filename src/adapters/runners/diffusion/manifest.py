"""What is told of a picture: enough to paint it again."""

from collections.abc import Mapping, Sequence

from adapters.runners.diffusion.order import TEXT, Painted
from domain.model.json_value import Json


def described(model: str, painted: Painted, seeds: Sequence[int]) -> Mapping[str, Json]:
    """`seeds`: of the pictures that are shown, in their order. The same prompt, pictures and
    params on the same weights give the same pictures again."""
    order = painted.order
    params = {name: value for name, value in order.params.items() if name != "lora_name"}
    told = {
        **params,
        "model": model,
        **painted.manifest,
        "prompt": order.prompt,
        "negative_prompt": order.negative_prompt,
        "resolution": "{}x{}".format(*order.size),
        "seed": seeds[0],
        "seeds": list(seeds),
        "strength": None if order.ground == TEXT else order.strength,
    }
    del told["lora_weight"]
    return told


def warnings_of(painted: Painted) -> Sequence[str]:
    cut = [
        f"The model read only the start of the {name}: it is {tokens} tokens too long."
        for name, tokens in painted.cut_tokens.items()
    ]
    withheld = sum(painted.flagged)
    if withheld:
        cut.append(f"The safety checker withheld {withheld} of {len(painted.flagged)} pictures.")
    return cut
