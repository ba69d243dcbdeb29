"""What an `output` block may not ask: each fault names its field."""

from collections.abc import Collection, Mapping

from domain.model.errors import FieldError, ImageTooLarge, InvalidRequest, NotSupported
from domain.model.model_spec import ModelSpec
from domain.model.output import OutputOptions
from domain.model.placing import Size
from domain.model.upscaling import Upscaling

TEXT_FIELDS = frozenset({"text", "font", "color", "font_size"})
IMAGE_FIELDS = frozenset({"image_url", "image_base64", "scale"})
SOURCES = frozenset({"image_url", "image_base64"})

UPSCALERS = "superres-x2 or superres-x4"


def judge_watermark(kind: str, given: Collection[str]) -> None:
    """`given`: the fields that were sent. Raises `InvalidRequest`."""
    foreign = IMAGE_FIELDS if kind == "text" else TEXT_FIELDS
    wrong = [
        _fault(f"watermark/{name}", "not_taken", f"A watermark of type {kind} takes no {name}.")
        for name in sorted(foreign.intersection(given))
    ]
    if kind == "text" and "text" not in given:
        wrong.append(_fault("watermark/text", "missing", "A text watermark needs a text."))
    if kind == "image" and len(SOURCES.intersection(given)) != 1:
        detail = "An image watermark needs image_url or image_base64: exactly one."
        wrong.append(_fault("watermark/image_url", "one_of", detail))
    if wrong:
        raise InvalidRequest(wrong[0].detail, errors=wrong)


def judge_output(output: OutputOptions, spec: ModelSpec) -> None:
    """Raises `InvalidRequest` where a model without pictures is asked to finish one."""
    asked = {
        "upscale": output.upscale != 1,
        "watermark": output.watermark is not None,
        "quality": output.quality is not None,
    }
    wrong = [
        _fault(name, "not_taken", f"{spec.name} makes no picture, so it takes no {name}.")
        for name, is_asked in asked.items()
        if is_asked and not spec.makes_picture
    ]
    if wrong:
        raise InvalidRequest(wrong[0].detail, errors=wrong)


def no_upscaler() -> NotSupported:
    detail = f"upscale: this server has no upscaler; {UPSCALERS} has to be among its MODELS."
    return NotSupported(detail, errors=[_fault("upscale", NotSupported.code, detail)])


def judge_sizes(
    sizes: Mapping[str, Size], spec: ModelSpec, upscaling: Upscaling, max_pixels: int
) -> None:
    """Raises `ImageTooLarge` for pictures of these sizes, by role, and for what they'd become."""
    for role, (width, height) in sizes.items():
        if spec.max_pixels is not None and width * height > spec.max_pixels:
            raise _too_large_for(spec.name, spec.max_pixels, role)
        if role in spec.takes:
            continue  # what a model may have besides decides nothing about its result's size
        made = width * height * (spec.scale or 1) ** 2
        if made > max_pixels:
            raise too_large(spec.name, made, max_pixels, f"/input/{role}_base64")
        enlarged = made * upscaling.reach**2
        if enlarged > max_pixels:
            raise too_large(f"upscale {upscaling.factor}", enlarged, max_pixels, "/output/upscale")


def too_large(what: str, pixels: int, max_pixels: int, pointer: str) -> ImageTooLarge:
    """`what`: the model or the step that would make so many."""
    detail = f"{what} would make {pixels} pixels of this picture; the limit is {max_pixels}."
    return ImageTooLarge(detail, errors=[FieldError(pointer, ImageTooLarge.code, detail)])


def _too_large_for(model: str, max_pixels: int, role: str) -> ImageTooLarge:
    detail = f"{model} takes a picture of at most {max_pixels} pixels."
    fault = FieldError(f"/input/{role}_base64", ImageTooLarge.code, detail)
    return ImageTooLarge(detail, errors=[fault])


def _fault(field: str, code: str, detail: str) -> FieldError:
    return FieldError(f"/output/{field}", code, detail)
