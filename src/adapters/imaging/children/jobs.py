"""What a child is asked to do: the message, and what is made of its answer."""

from dataclasses import asdict

from adapters.imaging.children.allowance import Allowance, for_encoding
from adapters.imaging.children.child import Child
from adapters.imaging.children.pictures import message_of, picture_of
from adapters.imaging.children.wire import Malformed, Message
from domain.model.errors import InternalError
from domain.model.output import Colour
from domain.model.picture import Encoded, Format, ImageLimits, Picture


def decode(data: bytes, limits: ImageLimits, allowance: Allowance, child: Child) -> Picture:
    head = {"do": "decode", "limits": asdict(limits), "allowance": asdict(allowance)}

    def read(answer: Message) -> Picture:
        picture = picture_of(answer)
        if picture.width * picture.height > limits.max_pixels:
            raise Malformed
        return picture

    return child.ask(Message(head, [memoryview(data)]), allowance.wall_s, read)


def encode(
    picture: Picture, format: Format, quality: int | None, background: Colour, child: Child
) -> Encoded:
    allowance = for_encoding(picture.width * picture.height)
    head = {
        "do": "encode", "format": format, "quality": quality, "background": background,
        "allowance": asdict(allowance),
    }  # fmt: skip
    try:
        job = message_of(picture, head)
    except (ValueError, TypeError) as error:  # no array of numbers
        raise InternalError(f"The result could not be written as {format}.") from error
    return child.ask(job, allowance.wall_s, _encoded)


def _encoded(answer: Message) -> Encoded:
    try:
        return Encoded(bytes(answer.parts[0]), **answer.head["facts"])
    except (KeyError, IndexError, TypeError) as error:
        raise Malformed from error
