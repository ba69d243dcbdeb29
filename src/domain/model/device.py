"""What a device tells of itself, and what it is used for."""

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


@dataclass(frozen=True, slots=True)
class DeviceUse:
    """Seconds of a process with its device. `busy_s`: at work since the start, a call that goes on
    included; `call_s`: how long the present one goes on, 0 while there is none."""

    busy_s: float = 0.0
    call_s: float = 0.0
