"""Colours, and where a mark goes."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.model.output import Position, Watermark, read_colour
from domain.model.placing import (
    Size,
    fitted,
    lettering,
    logo_size,
    place,
    room_for_mark,
    thumbnail_size,
)

POSITIONS: tuple[Position, ...] = ("top-left", "top-right", "bottom-left", "bottom-right", "center")
sides = st.integers(1, 5_000)
sizes = st.tuples(sides, sides)


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#FFFFFF", (255, 255, 255)), ("#0a141E", (10, 20, 30)), ("0,0,0", (0, 0, 0)),
        ("255,128,7", (255, 128, 7)), (" 1 , 2 ,3 ", (1, 2, 3)),
    ],
)  # fmt: skip
def test_a_colour_is_read(text: str, colour: tuple[int, int, int]) -> None:
    assert read_colour(text) == colour


@pytest.mark.parametrize(
    "text",
    ["", "#fff", "#GGGGGG", "FFFFFF", "#FFFFFF ", "#FFFFFFFF", "1,2", "1,2,3,4", "256,0,0",
     "-1,0,0", "1.5,0,0", "red", "٣,٣,٣", "1,2,3\n"],
)  # fmt: skip
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="colour"):
        read_colour(text)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_both_spellings_are_one_colour(colour: tuple[int, int, int]) -> None:
    assert read_colour(",".join(map(str, colour))) == colour
    assert read_colour("#" + bytes(colour).hex()) == colour


@pytest.mark.parametrize(
    ("position", "at"),
    [("top-left", (20, 20)), ("top-right", (870, 20)), ("bottom-left", (20, 570)),
     ("bottom-right", (870, 570)), ("center", (445, 295))],
)  # fmt: skip
def test_each_position(position: Position, at: tuple[int, int]) -> None:
    assert place((1000, 600), (110, 10), position, 20) == at


@given(picture=sizes, share=st.tuples(st.floats(0, 1), st.floats(0, 1)),
       position=st.sampled_from(POSITIONS), margin=st.integers(0, 3_000))  # fmt: skip
def test_a_mark_that_fits_lies_inside_the_margins(
    picture: Size, share: tuple[float, float], position: Position, margin: int
) -> None:
    room = room_for_mark(picture, margin)
    assume(room is not None)
    mark = (max(1, int(room[0] * share[0])), max(1, int(room[1] * share[1])))
    left, top = place(picture, mark, position, margin)
    assert margin <= left <= picture[0] - margin - mark[0]
    assert margin <= top <= picture[1] - margin - mark[1]


@given(picture=sizes, margin=st.integers(0, 3_000))
def test_there_is_room_or_none(picture: Size, margin: int) -> None:
    assert (room_for_mark(picture, margin) is None) == (2 * margin >= min(picture))


@given(picture=sizes, logo=sizes, scale=st.floats(0.001, 1), margin=st.integers(0, 100))
def test_a_logo_always_fits_where_there_is_room(
    picture: Size, logo: Size, scale: float, margin: int
) -> None:
    room = room_for_mark(picture, margin)
    assume(room is not None)
    width, height = logo_size(logo, picture[0], scale, room)
    assert 1 <= width <= room[0]
    assert 1 <= height <= room[1]


def test_a_logo_is_as_wide_as_its_scale_says_and_keeps_its_shape() -> None:
    assert logo_size((400, 100), 1000, 0.15, (960, 560)) == (150, 38)
    assert logo_size((10, 10), 1000, 0.5, (960, 560)) == (500, 500)


def test_a_tall_logo_is_shrunk_to_the_room() -> None:
    assert logo_size((100, 400), 1000, 0.5, (960, 400)) == (100, 400)


@pytest.mark.parametrize(
    ("size", "small"),
    [((512, 256), (256, 128)), ((256, 256), (256, 256)), ((100, 40), (100, 40)),
     ((300, 900), (85, 256)), ((4000, 1), (256, 1))],
)  # fmt: skip
def test_a_thumbnail_fits_and_is_never_larger(size: Size, small: Size) -> None:
    assert thumbnail_size(size) == small


@given(sizes, sizes)
def test_what_is_fitted_fits_and_touches_an_edge(size: Size, room: Size) -> None:
    width, height = fitted(size, room)
    assert 1 <= width <= min(size[0], room[0])
    assert 1 <= height <= min(size[1], room[1])
    assert (width, height) == size or width == room[0] or height == room[1]


@pytest.mark.parametrize(
    ("font_size", "width", "expected"),
    [(None, 1000, (50, 12)), (None, 100, (12, 12)), (33, 1000, (33, 33)), (5, 1000, (5, 5))],
)
def test_letters_are_as_high_as_asked_or_fit_the_picture(
    font_size: int | None, width: int, expected: tuple[int, int]
) -> None:
    drawn = lettering(Watermark(text="a", font_size=font_size), width)
    assert (drawn.size_px, drawn.least_px) == expected


def test_a_mark_is_as_the_documents_say_unless_told_otherwise() -> None:
    mark = Watermark()
    assert mark.color == (255, 255, 255)
    assert (mark.position, mark.transparency, mark.margin) == ("bottom-right", 0.7, 20)
    assert mark.scale == 0.15
