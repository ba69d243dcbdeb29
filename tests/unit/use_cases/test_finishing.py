"""From the model's picture to the client's file: upscale, watermark, encode, thumbnail."""

import io
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from PIL import Image

from domain.model.control import AttemptControl
from domain.model.errors import ImageTooLarge, InvalidRequest, NotSupported, UrlNotAllowed
from domain.model.model_registry import ModelRegistry
from domain.model.model_spec import ModelSpec
from domain.model.output import OutputOptions, Watermark
from domain.model.output_checks import judge_sizes
from domain.model.task import FAILURE, SUCCESS, Task
from domain.model.upscaling import Upscaling
from tests.unit.use_cases.enlarging import Double, Quadruple, Triplets
from tests.unit.use_cases.house import House, inline, png

pytestmark = pytest.mark.anyio

ADDRESS = "https://93.184.215.14/logo.png"
NOTHING_DONE = {"strength": 0.0}
"""`invert` gives its picture back: what differs from it is the finish."""
LEVELS = (40, 90, 140)


def picture(
    width: int = 300, height: int = 200, mode: str = "RGB", color: Any = LEVELS
) -> Image.Image:
    return Image.new(mode, (width, height), color)


def packed(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


async def finished(house: House, image: Image.Image, output: OutputOptions, **fields: Any) -> Task:
    """The task once a worker has done it."""
    task = (
        await house.submit(
            "invert", input={"image_base64": inline(packed(image))}, params=NOTHING_DONE,
            output=output, **fields,
        )
    ).task  # fmt: skip
    await house.process(task)
    return await house.task(task)


async def file_of(house: House, task: Task, *, thumbnail: bool = False) -> Image.Image:
    assert task.status is SUCCESS, task.error
    assert task.result is not None
    blob = await house.container.blobs().get(
        (task.result.thumbnail_key or "") if thumbnail else task.result.key
    )
    assert blob is not None
    return Image.open(io.BytesIO(blob.data))


def changed(before: Image.Image, after: Image.Image) -> tuple[int, int, int, int]:
    """The box of the pixels that differ: left, top, right, bottom."""
    assert before.size == after.size
    differs = (np.array(before) != np.array(after)).reshape(*before.size[::-1], -1).any(axis=2)
    rows, columns = np.nonzero(differs.any(axis=1))[0], np.nonzero(differs.any(axis=0))[0]
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


async def test_an_upscaler_that_was_taken_away_still_does_what_was_accepted(house: House) -> None:
    models = house.container.models()
    models.register(Double)
    output = OutputOptions(upscale=2)
    given = {"image_base64": inline(packed(picture(30, 20)))}
    task = (await house.submit("invert", input=given, output=output)).task
    others = ModelRegistry()
    others.add(models.model("invert"))
    models.renew(others)
    with pytest.raises(NotSupported):
        await house.submit("invert", input=given, output=output)
    await house.process(task)
    assert (await file_of(house, await house.task(task))).size == (60, 40)


async def test_all_of_it_at_once(house: House) -> None:
    house.container.models().register(Double)
    mark = Watermark(text="Darkroom", color=(255, 0, 0), transparency=1.0, position="top-left")
    output = OutputOptions("webp", upscale=2, watermark=mark)
    task = await finished(house, picture(), output)
    assert task.result is not None
    assert task.result.key.endswith(f"{task.task_id}_600x400.webp")
    assert (task.result.thumbnail_key or "").endswith(f"{task.task_id}_256x171.webp")
    assert task.warnings == ("double was here",)
    main = np.array(await file_of(house, task)).astype(int)
    small = await file_of(house, task, thumbnail=True)
    assert small.size == (256, 171)
    red = (main[:, :, 0] - main[:, :, 2]) > 100
    rows, columns = np.nonzero(red)
    assert 18 <= columns.min() <= 22
    assert 18 <= rows.min() <= 22
    assert columns.max() < 300
    assert (np.array(small).astype(int)[:, :, 0] > 150).any(), "the thumbnail bears the mark too"


@pytest.mark.parametrize("position", ["top-left", "top-right", "bottom-left", "bottom-right",
                                      "center"])  # fmt: skip
async def test_a_text_changes_its_place_and_nothing_else(house: House, position: Any) -> None:
    before = picture()
    mark = Watermark(text="Darkroom", position=position, margin=10)
    after = await file_of(house, await finished(house, before, OutputOptions(watermark=mark)))
    left, top, right, bottom = changed(before, after)
    assert right - left < 150
    assert bottom - top < 30
    assert position != "center" or (120 < (left + right) / 2 < 180 and 85 < top < 115)
    if position != "center":
        assert left == 10 if position.endswith("left") else right == 290
        assert top == 10 if position.startswith("top") else bottom == 190
    brightest = np.array(after)[top:bottom, left:right].max(axis=(0, 1))
    assert np.abs(brightest - (0.7 * 255 + 0.3 * np.array(LEVELS))).max() <= 2


async def test_a_logo_keeps_its_own_alpha(house: House) -> None:
    logo = picture(20, 20, "RGBA", (255, 0, 0, 255))
    logo.paste((0, 255, 0, 0), (10, 0, 20, 20))
    mark = Watermark(type="image", scale=0.1, transparency=0.5, margin=10)
    before = picture()
    task = await finished(
        house, before, OutputOptions(watermark=mark), logo={"image_base64": inline(packed(logo))}
    )
    after = await file_of(house, task)
    left, top, right, bottom = changed(before, after)
    assert (left, top, bottom) == (260, 160, 190)
    assert 274 <= right <= 278, "the right half of the logo is clear"
    assert after.getpixel((265, 175)) == (148, 45, 70)
    assert task.warnings == ()


async def test_a_logo_comes_from_an_address_too(house: House) -> None:
    house.container.fetcher().publish(ADDRESS, png(30, 30, "white"))
    mark = Watermark(type="image", position="center", transparency=1.0)
    task = await finished(
        house, picture(), OutputOptions(watermark=mark), logo={"image_url": ADDRESS}
    )
    after = await file_of(house, task)
    assert changed(picture(), after) == (127, 77, 172, 122)
    assert after.getpixel((150, 100)) == (255, 255, 255)


async def test_an_inline_logo_is_an_input_and_not_in_the_ledger(house: House) -> None:
    logo = {"image_base64": inline(png(7, 7))}
    output = OutputOptions(watermark=Watermark(type="image"))
    task = await finished(house, picture(), output, logo=logo)
    source = task.request.pictures["watermark"]
    assert source.blob == f"inputs/default/{task.task_id}/watermark.png"
    use_cases, blobs = house.container.use_cases(), house.container.blobs()
    again = await use_cases.retry("default", task.task_id)
    await house.process(again)
    await use_cases.delete("default", task.task_id)
    assert await blobs.get(source.blob) is None
    assert (await house.task(again)).status is SUCCESS
    assert (await house.task(again)).warnings == ()


async def test_another_logo_is_another_request(house: House) -> None:
    output = OutputOptions(watermark=Watermark(type="image"))
    ids = {
        (
            await house.submit(
                "invert", params=NOTHING_DONE, output=output,
                logo={"image_base64": inline(png(7, 7, color))},
            )
        ).task.task_id
        for color in ("red", "blue", "red")
    }  # fmt: skip
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("mark", "logo", "says"),
    [
        (Watermark(text="\U0010fffd"), {}, "no font here can write"),
        (Watermark(text="much too long " * 10), {}, "do not fit"),
        (Watermark(text="a", margin=100), {}, "leave nothing of 300×200 px"),
        (Watermark(type="image"), {"image_url": ADDRESS}, "not known"),
        (Watermark(type="image"), {"image_base64": inline(png()[:40])}, "decoded"),
        (Watermark(type="image"), {}, "missing"),
    ],
    ids=["no glyph", "too long", "margins", "no such address", "broken logo", "no logo"],
)
async def test_a_mark_that_cannot_be_drawn_harms_no_picture(
    house: House, mark: Watermark, logo: dict[str, str], says: str
) -> None:
    task = await finished(house, picture(), OutputOptions(watermark=mark), logo=logo)
    assert np.array_equal(np.array(await file_of(house, task)), np.array(picture()))
    [warning] = task.warnings
    assert says in warning
    assert warning.startswith("The watermark was left out: ")


async def test_a_refused_logo_address_is_refused_at_once(house: House) -> None:
    mark = Watermark(type="image")
    with pytest.raises(UrlNotAllowed) as refused:
        await house.submit(
            "invert", output=OutputOptions(watermark=mark), logo={"image_url": "http://10.0.0.1/"}
        )
    assert refused.value.errors[0].pointer == "/output/watermark/image_url"
    assert await house.waiting() == 0


@pytest.mark.parametrize(("mode", "color"), [("LA", (90, 128)), ("L", 90), ("RGBA", (9, 9, 9, 0))])
@pytest.mark.parametrize("format", ["png", "webp"])
async def test_alpha_and_gray_are_kept_under_a_mark(
    house: House, mode: str, color: Any, format: Any
) -> None:
    output = OutputOptions(format, watermark=Watermark(text="Darkroom"))
    image = picture(mode=mode, color=color)
    after = await file_of(house, await finished(house, image, output))
    assert after.mode == (mode if format == "png" else {"LA": "RGBA", "L": "RGB"}.get(mode, mode))
    if mode != "L":
        assert after.getchannel("A").getpixel((5, 5)) == color[-1]
        assert after.getchannel("A").getextrema()[1] > color[-1] + 80


async def test_a_coloured_mark_makes_a_gray_picture_coloured(house: House) -> None:
    output = OutputOptions(watermark=Watermark(text="Darkroom", color=(255, 0, 0)))
    after = await file_of(house, await finished(house, picture(mode="L", color=90), output))
    assert after.mode == "RGB"


@pytest.mark.parametrize(("background", "seen"), [((255, 255, 255), 255), ((10, 200, 30), 200)])
async def test_a_jpeg_lies_on_the_background(house: House, background: Any, seen: int) -> None:
    clear = picture(mode="RGBA", color=(0, 0, 0, 0))
    output = OutputOptions("jpeg", background=background)
    task = await finished(house, clear, output)
    for small in (False, True):
        after = await file_of(house, task, thumbnail=small)
        assert after.mode == "RGB"
        assert abs(after.getpixel((50, 50))[1] - seen) <= 3


@pytest.mark.parametrize("format", ["jpeg", "webp"])
async def test_quality_is_95_and_80_for_the_thumbnail(house: House, format: Any) -> None:
    noise = Image.fromarray(np.random.default_rng(3).integers(0, 256, (300, 300, 3), np.uint8))
    bytes_of = {}
    for quality in (None, 95, 94):
        task = await finished(house, noise, OutputOptions(format, quality))
        assert task.result is not None
        blob = await house.container.blobs().get(task.result.thumbnail_key or "")
        assert blob is not None
        bytes_of[quality] = (task.result.bytes, len(blob.data))
    assert bytes_of[None] == bytes_of[95]
    assert bytes_of[94][0] < bytes_of[95][0]
    assert bytes_of[94][1] == bytes_of[95][1]


@pytest.mark.parametrize(
    ("there", "upscale", "ran"),
    [
        ([Double, Quadruple], 2, ("double",)), ([Double, Quadruple], 4, ("quadruple",)),
        ([Double], 4, ("double", "double")), ([Quadruple], 2, ("quadruple",)),
        ([Double], 1, ()), ([], 1, ()),
    ],
)  # fmt: skip
async def test_upscaling_takes_what_is_there(
    house: House, there: list[type], upscale: Any, ran: tuple[str, ...]
) -> None:
    for runner in there:
        house.container.models().register(runner)
    quarters = picture(8, 6, color=(0, 0, 0))
    quarters.paste((200, 0, 0), (4, 0, 8, 3))
    quarters.paste((0, 200, 0), (0, 3, 4, 6))
    task = await finished(house, quarters, OutputOptions(upscale=upscale))
    after = await file_of(house, task)
    assert after.size == (8 * upscale, 6 * upscale)
    assert task.warnings == tuple(f"{name} was here" for name in ran)
    corners = [after.getpixel((x, y)) for y in (0, -1) for x in (0, -1)]
    expected = [(0, 0, 0), (200, 0, 0), (0, 200, 0), (0, 0, 0)]
    assert np.abs(np.subtract(corners, expected)).max() <= 2, "the whole picture, never a part"


async def test_progress_goes_on_in_the_upscaler(house: House) -> None:
    house.container.models().register(Double)
    seen = []

    class Watched(AttemptControl):
        def checkpoint(self, done: float) -> None:
            seen.append(done)
            super().checkpoint(done)

    output = OutputOptions(upscale=4)
    task = (await house.submit("invert", params=NOTHING_DONE, output=output)).task
    await house.container.run()(task, Watched())
    assert seen == sorted(seen)
    for share in (1, 1.5, 2.5):  # the model is done; each upscaler is half done
        assert share / 3 in [pytest.approx(done) for done in seen]


async def test_without_an_upscaler_the_submit_is_refused_and_names_what_is_needed(
    house: House,
) -> None:
    with pytest.raises(NotSupported, match="superres-x4") as refused:
        await house.submit("invert", output=OutputOptions(upscale=2))
    assert refused.value.errors[0].pointer == "/output/upscale"


async def test_a_worker_without_the_upscaler_fails_the_task_for_good(house: House) -> None:
    house.container.models().register(Double)
    task = (await house.submit("invert", output=OutputOptions(upscale=2))).task
    del house.container.models()._models["double"]
    await house.process(task)
    failed = await house.task(task)
    assert failed.error is not None
    assert (failed.status, failed.error.code) == (FAILURE, "not_supported")


@pytest.mark.parametrize(
    ("size", "upscale", "pointer"),
    [((51, 50), 2, "/output/upscale"), ((101, 100), 1, "/input/image_base64")],
)
async def test_too_many_pixels_are_told_at_submit(
    size: tuple[int, int], upscale: Any, pointer: str
) -> None:
    house = House(max_pixels=10_000)
    house.container.models().register(Double)
    large = {"image_base64": inline(png(*size))}
    with pytest.raises(ImageTooLarge) as refused:
        await house.submit("invert", input=large, output=OutputOptions(upscale=upscale))
    assert refused.value.errors[0].pointer == pointer
    assert await house.waiting() == 0


async def test_the_largest_that_fits_is_taken() -> None:
    house = House(max_pixels=10_000)
    house.container.models().register(Double)
    task = await finished(house, picture(50, 50), OutputOptions(upscale=2))
    assert (await file_of(house, task)).size == (100, 100)


async def test_too_many_pixels_from_an_address_are_told_by_the_worker() -> None:
    house = House(max_pixels=10_000)
    house.container.models().register(Double)
    house.container.fetcher().publish(ADDRESS, png(51, 50))
    asked = {"input": {"image_url": ADDRESS}, "output": OutputOptions(upscale=2)}
    task = (await house.submit("invert", **asked)).task
    await house.process(task)
    failed = await house.task(task)
    assert failed.error is not None
    assert (failed.status, failed.error.code) == (FAILURE, "image_too_large")


@pytest.mark.parametrize(
    "output",
    [OutputOptions(upscale=2), OutputOptions(quality=80),
     OutputOptions(watermark=Watermark(text="a"))],
)  # fmt: skip
async def test_a_model_without_a_picture_takes_no_finish(
    house: House, output: OutputOptions
) -> None:
    house.container.models().register(Double)
    with pytest.raises(InvalidRequest, match="echo makes no picture"):
        await house.submit(output=output)


async def test_each_picture_of_a_model_that_makes_several_is_finished_and_kept(
    house: House,
) -> None:
    for runner in (Triplets, Double):
        house.container.models().register(runner)
    image = inline(packed(picture(8, 6, color=(200, 100, 40))))
    task = (
        await house.submit("triplets", input={"image_base64": image}, params={},
                           output=OutputOptions(upscale=2))
    ).task  # fmt: skip
    await house.process(task)
    task = await house.task(task)
    assert (await file_of(house, task)).getpixel((0, 0)) == (200, 100, 40)
    assert task.result is not None
    assert [key.rpartition("_")[2] for key in task.result.further] == ["2.png", "3.png"]
    for (key, told), level in zip(task.result.further.items(), (100, 50), strict=True):
        blob = await house.container.blobs().get(key)
        assert blob is not None
        assert (len(blob.data), sha256(blob.data).hexdigest()) == (told.bytes, told.sha256)
        kept = Image.open(io.BytesIO(blob.data))
        assert kept.size == told.size == (16, 12)
        assert kept.getpixel((0, 0))[0] == level


def test_an_image_to_paint_over_decides_nothing_about_the_size_of_the_result() -> None:
    """It is scaled to what is painted; the upscaler judges that once it is there."""
    spec = ModelSpec(
        name="paint", description="", needs=frozenset({"prompt"}), takes=frozenset({"image"})
    )
    judge_sizes({"image": (4000, 3000)}, spec, Upscaling(4, ("quadruple",), 4), 64_000_000)
    fixed = ModelSpec(name="invert", description="")
    with pytest.raises(ImageTooLarge):
        judge_sizes({"image": (4000, 3000)}, fixed, Upscaling(4, ("quadruple",), 4), 64_000_000)
