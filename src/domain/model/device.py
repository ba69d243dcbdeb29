"""What a GPU tells of itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """A GPU at one moment. `index` counts as the driver does. `ecc_errors`: uncorrected ones since
    the driver was loaded. None = it does not tell that: a MIG slice has no utilisation of its own,
    some boards have no ECC, some facts need a permission. `reason`: why it tells nothing at all."""

    index: int | None = None
    uuid: str | None = None
    name: str | None = None
    utilisation_percent: int | None = None
    memory_used_bytes: int | None = None
    memory_total_bytes: int | None = None
    temperature_c: int | None = None
    power_w: float | None = None
    ecc_errors: int | None = None
    reason: str | None = None
