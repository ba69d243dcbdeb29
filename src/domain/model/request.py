"""What a client asked for, validated and immutable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.model.json_value import Json
from domain.model.model_spec import Params
from domain.model.output import OutputOptions
from domain.model.priority import Priority

PICTURE_ROLES = ("image", "mask", "control_image")
TEXT_ROLES = ("prompt", "negative_prompt")
LOGO_ROLE = "watermark"
"""The picture of an image watermark: kept and purged with the inputs, never shown to a model."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an input picture lies: at a URL, or in a blob with this SHA-256."""

    url: str | None = None
    blob: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRequest:
    """`pictures` by role (`image`, `mask`, `control_image`, `watermark`), `texts` by role
    (`prompt`, …). `params` hold every default of the model. `ttl_s`: seconds in which it has to
    be started. `webhook_events`: what `callback_url` is told; None = how it ended."""

    model: str
    pictures: Mapping[str, Source] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    params: Params = field(default_factory=dict)
    output: OutputOptions = OutputOptions()
    priority: Priority = Priority.NORMAL
    client_request_id: str | None = None
    callback_url: str | None = None
    webhook_events: Sequence[str] | None = None
    ttl_s: int | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)

    @property
    def model_pictures(self) -> Mapping[str, Source]:
        """The pictures the model works on."""
        return {role: source for role, source in self.pictures.items() if role != LOGO_ROLE}

    @property
    def logo(self) -> Source | None:
        return self.pictures.get(LOGO_ROLE)
