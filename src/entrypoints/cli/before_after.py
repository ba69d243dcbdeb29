"""One picture of what an upscaler gained: both whole, and a detail of both."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

PANEL_WIDTH_PX = 720
DETAIL_SIDE_PX = 180
"""Side of the shown detail in the result; it is drawn several times as large."""

MARGIN_PX = 16
LABEL_PX = 40
PAPER, INK = (250, 250, 248), (30, 30, 30)
FRAME = (220, 60, 40)

Box = tuple[int, int, int, int]


def write_before_after(photo: bytes, result: Path, to: Path) -> None:
    """Left: `photo` (an encoded picture) enlarged bicubically to the size of `result`; right:
    `result`. Below: the busiest detail of each."""
    with Image.open(BytesIO(photo)) as small, Image.open(result) as large:
        after = large.convert("RGB")
        before = small.convert("RGB").resize(after.size, Image.Resampling.BICUBIC)
    box = busiest(after, DETAIL_SIDE_PX)
    sheet_of((before, after), box).save(to)


def busiest(picture: Image.Image, side_px: int) -> Box:
    """The square of `side_px` with the most edges in it."""
    side_px = min(side_px, *picture.size)
    edges = picture.convert("L").filter(ImageFilter.FIND_EDGES)
    step = max(1, side_px // 2)
    boxes = [
        (left, top, left + side_px, top + side_px)
        for top in range(0, picture.height - side_px + 1, step)
        for left in range(0, picture.width - side_px + 1, step)
    ]
    return max(boxes, key=lambda box: sum(level * n for level, n in enumerate(
        edges.crop(box).histogram())))  # fmt: skip


def sheet_of(pair: tuple[Image.Image, Image.Image], box: Box) -> Image.Image:
    """The labelled sheet: two columns of a whole picture over its detail."""
    height = round(PANEL_WIDTH_PX * pair[0].height / pair[0].width)
    width = 2 * PANEL_WIDTH_PX + 3 * MARGIN_PX
    sheet = Image.new("RGB", (width, LABEL_PX + height + PANEL_WIDTH_PX + 3 * MARGIN_PX), PAPER)
    labels = ("before: bicubic", "after: superres-x4")
    for column, (picture, label) in enumerate(zip(pair, labels, strict=True)):
        left = MARGIN_PX + column * (PANEL_WIDTH_PX + MARGIN_PX)
        _label(sheet, left, label)
        sheet.paste(_whole(picture, box, height), (left, LABEL_PX + MARGIN_PX))
        sheet.paste(_detail(picture, box), (left, LABEL_PX + height + 2 * MARGIN_PX))
    return sheet


def _whole(picture: Image.Image, box: Box, height: int) -> Image.Image:
    """The picture with a frame around the detail."""
    panel = picture.resize((PANEL_WIDTH_PX, height), Image.Resampling.LANCZOS)
    scale = PANEL_WIDTH_PX / picture.width
    ImageDraw.Draw(panel).rectangle([round(at * scale) for at in box], outline=FRAME, width=3)
    return panel


def _detail(picture: Image.Image, box: Box) -> Image.Image:
    """Pixels enlarged as they are: nothing is smoothed that a viewer should judge."""
    side = (PANEL_WIDTH_PX, PANEL_WIDTH_PX)
    return picture.crop(box).resize(side, Image.Resampling.NEAREST)


def _label(sheet: Image.Image, left: int, text: str) -> None:
    font = ImageFont.load_default(size=LABEL_PX * 0.6)
    ImageDraw.Draw(sheet).text((left, MARGIN_PX // 2), text, fill=INK, font=font)
