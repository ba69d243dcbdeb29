"""Laying the watermark over a result. What goes wrong here harms no picture: it is a warning."""

from dataclasses import dataclass

from domain.model.errors import FetchError, InvalidRequest
from domain.model.output import Watermark
from domain.model.picture import ImageLimits, Picture
from domain.model.placing import Size, lettering, logo_size, place, room_for_mark
from domain.model.request import Source, TaskRequest
from domain.use_cases.fetch_source import FetchSource
from ports.imaging import Drawn, Imaging

LEFT_OUT = "The watermark was left out:"


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """The picture with its mark, or as it was and a warning why."""

    picture: Picture
    warnings: tuple[str, ...] = ()


class MarkPicture:
    def __init__(self, fetch: FetchSource, imaging: Imaging, limits: ImageLimits) -> None:
        self._fetch, self._imaging, self._limits = fetch, imaging, limits

    async def __call__(self, request: TaskRequest, picture: Picture) -> Marked:
        """Raises what says that our own storage is out of reach, nothing about the mark."""
        mark = request.output.watermark
        if mark is None:
            return Marked(picture)
        size = (picture.width, picture.height)
        drawn = await self._drawn(mark, request.logo, size)
        if drawn.mark is None:
            return Marked(picture, tuple(drawn.warnings))
        at = place(size, (drawn.mark.width, drawn.mark.height), mark.position, mark.margin)
        marked = await self._imaging.lay(picture, drawn.mark, at, mark.transparency)
        return Marked(marked, tuple(drawn.warnings))

    async def _drawn(self, mark: Watermark, logo: Source | None, size: Size) -> Drawn:
        room = room_for_mark(size, mark.margin)
        if room is None:
            detail = f"margins of {mark.margin} px leave nothing of {size[0]}×{size[1]} px."
            return Drawn(None, (f"{LEFT_OUT} {detail}",))
        if mark.type == "text":
            return await self._imaging.draw(lettering(mark, size[0]), room)
        if logo is None:
            return Drawn(None, (f"{LEFT_OUT} its picture is missing.",))
        return await self._logo(logo, size[0], mark.scale, room)

    async def _logo(self, source: Source, picture_width: int, scale: float, room: Size) -> Drawn:
        try:
            logo = await self._imaging.decode(await self._fetch(source), self._limits)
        except (FetchError, InvalidRequest) as error:
            return Drawn(None, (f"{LEFT_OUT} {error.detail}",))
        size = logo_size((logo.width, logo.height), picture_width, scale, room)
        return Drawn(await self._imaging.resize(logo, size))
