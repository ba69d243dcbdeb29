"""Wrong submits: how each is told, by the name of what is wrong with it."""

from typing import Any

from tests.contract.http.surface import MAX_UPLOAD_BYTES, body, inline, png

IMAGE = inline(png())
INVALID, UNKNOWN = "invalid_request", "unknown_field"

TEXT = {"type": "text", "text": "© Acme"}
LOGO = {"type": "image", "image_base64": IMAGE}


def _wrong_watermarks() -> dict[str, tuple[Any, str, str]]:
    wrong: list[tuple[dict[str, Any], str, str]] = [
        # (watermark, code, field of the first error)
        ({}, INVALID, "/type"),
        ({"type": "logo"}, INVALID, "/type"),
        ({"type": "text"}, INVALID, "/text"),
        (TEXT | {"text": " \t"}, INVALID, "/text"),
        (TEXT | {"text": "x" * 257}, INVALID, "/text"),
        (TEXT | {"text": "two\nlines"}, INVALID, "/text"),
        (TEXT | {"text": 7}, INVALID, "/text"),
        (TEXT | {"font": ""}, INVALID, "/font"),
        (TEXT | {"font": "x" * 65}, INVALID, "/font"),
        (TEXT | {"font": "\x1b[31m"}, INVALID, "/font"),
        (TEXT | {"color": "white"}, INVALID, "/color"),
        (TEXT | {"color": "#fff"}, INVALID, "/color"),
        (TEXT | {"color": "1,2,256"}, INVALID, "/color"),
        (TEXT | {"color": [1, 2, 3]}, INVALID, "/color"),
        (TEXT | {"font_size": 3}, INVALID, "/font_size"),
        (TEXT | {"font_size": 10**9}, INVALID, "/font_size"),
        (TEXT | {"position": "middle"}, INVALID, "/position"),
        (TEXT | {"transparency": 1.5}, INVALID, "/transparency"),
        (TEXT | {"transparency": True}, INVALID, "/transparency"),
        (TEXT | {"margin": -1}, INVALID, "/margin"),
        (TEXT | {"colour": "#FFFFFF"}, UNKNOWN, "/colour"),
        (TEXT | {"scale": 0.5}, INVALID, "/scale"),
        (TEXT | {"image_base64": IMAGE}, INVALID, "/image_base64"),
        ({"type": "image"}, INVALID, "/image_url"),
        (LOGO | {"image_url": "https://example.com/a.png"}, INVALID, "/image_url"),
        (LOGO | {"text": "a"}, INVALID, "/text"),
        (LOGO | {"font_size": 20}, INVALID, "/font_size"),
        (LOGO | {"scale": 0}, INVALID, "/scale"),
        (LOGO | {"scale": 1.1}, INVALID, "/scale"),
        (LOGO | {"image_base64": "not*base64"}, INVALID, "/image_base64"),
        (LOGO | {"image_base64": inline(b"%PDF-1.7 and more")}, "unsupported_image_format",
         "/image_base64"),
        ({"type": "image", "image_url": "http://127.0.0.1/a.png"}, "url_not_allowed", "/image_url"),
    ]  # fmt: skip
    return {
        f"watermark {number} with a wrong {field[1:]}": (
            body() | {"output": {"watermark": mark}}, code, f"/output/watermark{field}",
        )
        for number, (mark, code, field) in enumerate(wrong)
    }  # fmt: skip


WRONG_FIELDS: dict[str, tuple[Any, str, str]] = {
    # name: (body, code, pointer of the first error)
    "nothing": ({}, INVALID, "/input"),
    "no model": ({"input": body()["input"]}, INVALID, "/model"),
    "a model that is no string": (body() | {"model": 7}, INVALID, "/model"),
    "an empty model": (body() | {"model": ""}, INVALID, "/model"),
    "a model name without end": (body() | {"model": "x" * 10_000}, INVALID, "/model"),
    "an input that is a list": (body() | {"input": []}, INVALID, "/input"),
    "no input": ({"model": "invert"}, INVALID, "/input"),
    "neither image field": (body() | {"input": {}}, INVALID, "/input/image_url"),
    "both image fields": (
        body() | {"input": {"image_url": "https://example.com/a.png", "image_base64": IMAGE}},
        INVALID, "/input/image_url",
    ),
    "a mask nobody asked for": (
        body() | {"input": {"image_base64": IMAGE, "mask_base64": IMAGE}}, INVALID,
        "/input/mask_base64",
    ),
    "an image that is a number": (
        body() | {"input": {"image_base64": 5}}, INVALID, "/input/image_base64",
    ),
    "a misspelt input": (
        body() | {"input": {"image_bas64": IMAGE}}, UNKNOWN, "/input/image_bas64",
    ),
    "broken base64": (
        body() | {"input": {"image_base64": "not*base64"}}, INVALID, "/input/image_base64",
    ),
    "base64 cut short": (
        body() | {"input": {"image_base64": IMAGE[:-3]}}, INVALID, "/input/image_base64",
    ),
    "base64 that is no ASCII": (
        body() | {"input": {"image_base64": "é" * 8}}, INVALID, "/input/image_base64",
    ),
    "a data address without base64": (
        body() | {"input": {"image_base64": "data:image/png,abc"}}, INVALID,
        "/input/image_base64",
    ),
    "a file that is no picture": (
        body() | {"input": {"image_base64": inline(b"%PDF-1.7 and more")}},
        "unsupported_image_format", "/input/image_base64",
    ),
    "a field from inside": (body() | {"tenant": "b"}, UNKNOWN, "/tenant"),
    "a status": (body() | {"status": "SUCCESS"}, UNKNOWN, "/status"),
    "a name with a slash": (body() | {"a/b~c": 1}, UNKNOWN, "/a~1b~0c"),
    "a name that pydantic uses": (body() | {"[key]": 1}, UNKNOWN, "/[key]"),
    "the same in metadata": (body() | {"metadata": {"[key]": []}}, INVALID, "/metadata/[key]"),
    "an unknown output field": (
        body() | {"output": {"fromat": "png"}}, UNKNOWN, "/output/fromat",
    ),
    "an unknown parameter": (body() | {"params": {"strenght": 1}}, UNKNOWN, "/params/strenght"),
    "a parameter out of range": (
        body() | {"params": {"strength": 2}}, INVALID, "/params/strength",
    ),
    "params that are a string": (body() | {"params": "x"}, INVALID, "/params"),
    "an unknown format": (body() | {"output": {"format": "gif"}}, INVALID, "/output/format"),
    "a quality of zero": (body() | {"output": {"quality": 0}}, INVALID, "/output/quality"),
    "a quality that is true": (body() | {"output": {"quality": True}}, INVALID, "/output/quality"),
    "an odd upscale": (body() | {"output": {"upscale": 3}}, INVALID, "/output/upscale"),
    "an upscale that is true": (body() | {"output": {"upscale": True}}, INVALID, "/output/upscale"),
    "an upscale without an upscaler": (
        body() | {"output": {"upscale": 2}}, "not_supported", "/output/upscale",
    ),
    "a background that is no colour": (
        body() | {"output": {"background": "reddish"}}, INVALID, "/output/background",
    ),
    **_wrong_watermarks(),
    **{
        f"a model without pictures, asked for its {name}": (
            body("measure", output={name: value}), INVALID, f"/output/{name}",
        )
        for name, value in (
            ("upscale", 2), ("quality", 95), ("watermark", {"type": "text", "text": "a"}),
        )
    },
    "an unknown priority": (body() | {"priority": "urgent"}, INVALID, "/priority"),
    "a key with a space": (
        body() | {"client_request_id": "a b"}, INVALID, "/client_request_id",
    ),
    "a key with a line break": (
        body() | {"client_request_id": "a\r\nX-Evil: 1"}, INVALID, "/client_request_id",
    ),
    "a key that ends in a line break": (
        body() | {"client_request_id": "a\n"}, INVALID, "/client_request_id",
    ),
    "a key that is too long": (
        body() | {"client_request_id": "x" * 256}, INVALID, "/client_request_id",
    ),
    "a ttl of zero": (body() | {"ttl_s": 0}, INVALID, "/ttl_s"),
    "a ttl of a year": (body() | {"ttl_s": 31_536_000}, INVALID, "/ttl_s"),
    "a ttl that is text": (body() | {"ttl_s": "60"}, INVALID, "/ttl_s"),
    "a ttl beyond 64 bits": (body() | {"ttl_s": 10**18}, INVALID, "/ttl_s"),
    "metadata that is a list": (body() | {"metadata": [1]}, INVALID, "/metadata"),
    "metadata that nests": (body() | {"metadata": {"a": {}}}, INVALID, "/metadata/a"),
    "metadata that is null": (body() | {"metadata": {"a": None}}, INVALID, "/metadata/a"),
    "metadata of too many": (
        body() | {"metadata": {str(i): i for i in range(17)}}, INVALID, "/metadata",
    ),
    "metadata too long": (body() | {"metadata": {"a": "x" * 513}}, INVALID, "/metadata/a"),
    "metadata with NUL": (body() | {"metadata": {"a": "x\x00"}}, INVALID, "/metadata/a"),
    "metadata with a terminal escape": (
        body() | {"metadata": {"a": "\x1b[31m"}}, INVALID, "/metadata/a",
    ),
    "metadata with a line separator": (
        body() | {"metadata": {"a": "x\u2028y"}}, INVALID, "/metadata/a",
    ),
    "a metadata name with a line break": (
        body() | {"metadata": {"a\n": 1}}, INVALID, "/metadata/a\n",
    ),
}  # fmt: skip

IMPOSSIBLE: dict[str, tuple[Any, int, str]] = {
    "an unknown model": (body("inverse"), 422, "unknown_model"),
    "a model named like a log line": (body("a\r\nb"), 422, "unknown_model"),
    "a private callback": (body(callback_url="http://10.0.0.1/"), 422, "url_not_allowed"),
    "a callback that is no address": (body(callback_url="hook"), 422, "url_not_allowed"),
    "events for nobody": (body(webhook_events=["task.started"]), 422, "invalid_request"),
    "an event nobody knows": (
        body(callback_url="https://example.com/", webhook_events=["task.done"]), 422,
        "invalid_request",
    ),
    "no event at all": (
        body(callback_url="https://example.com/", webhook_events=[]), 422, "invalid_request",
    ),
    "an inner address": (
        body() | {"input": {"image_url": "http://169.254.169.254/latest"}},
        422, "url_not_allowed",
    ),
    "a file address": (
        body() | {"input": {"image_url": "file:///etc/passwd"}}, 422, "url_not_allowed",
    ),
    "an inline picture too large": (
        body() | {"input": {"image_base64": inline(png()[:8] + bytes(MAX_UPLOAD_BYTES))}},
        413, "body_too_large",
    ),
}  # fmt: skip

NO_OBJECTS: dict[str, bytes] = {
    "no body": b"",
    "half a body": b'{"model": "inv',
    "NaN": b'{"model": NaN}',
    "a lone surrogate": b'{"model": "\\udead"}',
    "not UTF-8": b'{"model": "\xff"}',
    "a doubled name": b'{"model": "invert", "model": "superres-x4"}',
    "depth": b"[" * 100_000,
    "a form": b"model=invert&input=x",
    "a list": b"[]",
    "digits": b'{"ttl_s": ' + b"1" * 10_000 + b"}",
}
