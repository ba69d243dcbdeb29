"""`darkroom demo`, with a model that needs no torch in place of the upscaler."""

from contextlib import nullcontext
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from entrypoints.cli import demo
from entrypoints.cli.before_after import busiest, write_before_after
from entrypoints.cli.service import Service
from tests.e2e.cli.terminal import typed


def test_it_writes_both_pictures_twice_in_a_row(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "MODEL", "invert")
    monkeypatch.setattr(demo, "ephemeral", lambda _: nullcontext(service))
    for _ in range(2):
        result = typed("demo")
        assert result.exit_code == 0, result.output
        assert result.stdout.split() == ["demo/photo-x4.png", "demo/before-after.png"]
    with Image.open("demo/photo-x4.png") as made, Image.open("demo/before-after.png") as sheet:
        assert made.format == sheet.format == "PNG"
        assert sheet.width > made.width


def test_the_sheet_shows_both_and_the_same_detail_of_both(tmp_path: Path) -> None:
    photo = BytesIO()
    Image.new("RGB", (50, 40), "red").save(photo, "PNG")
    Image.new("RGB", (200, 160), "blue").save(tmp_path / "large.png")
    write_before_after(photo.getvalue(), tmp_path / "large.png", tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        for share in (0.3, 0.8):
            row = round(sheet.height * share)
            assert sheet.getpixel((30, row)) == (255, 0, 0)
            assert sheet.getpixel((sheet.width - 30, row)) == (0, 0, 255)


def test_the_detail_is_where_the_edges_are() -> None:
    picture = Image.new("RGB", (600, 400), "white")
    pen = ImageDraw.Draw(picture)
    for at in range(420, 500, 6):
        pen.line([(at, 210), (at, 290)], fill="black", width=2)
    left, top, right, bottom = busiest(picture, 100)
    assert left <= 450 <= right
    assert top <= 250 <= bottom
