"""The device of a process, its GPU and the models on it. What nobody tells has no series."""

from collections.abc import Callable, Collection

from prometheus_client import CollectorRegistry, Counter, Gauge

from domain.model.device import DeviceFacts, DeviceUse

Figure = Callable[[DeviceFacts], float | None]

FIGURES: tuple[tuple[str, str, Figure], ...] = (
    ("utilisation_ratio", "Share of the last second or so in which a kernel ran.",
     lambda gpu: None if gpu.utilisation_percent is None else gpu.utilisation_percent / 100),
    ("memory_used_bytes", "Memory taken, by all processes.", lambda gpu: gpu.memory_used_bytes),
    ("memory_total_bytes", "Memory there is.", lambda gpu: gpu.memory_total_bytes),
    ("temperature_celsius", "Temperature of the chip.", lambda gpu: gpu.temperature_c),
    ("power_watts", "Power drawn.", lambda gpu: gpu.power_w),
    ("ecc_errors", "Uncorrected memory errors since the driver was loaded.",
     lambda gpu: gpu.ecc_errors),
)  # fmt: skip


class GpuGauges:
    """Labelled by the GPU's index on its machine: one a process, so one series a figure."""

    def __init__(self, registry: CollectorRegistry, models: Collection[str]) -> None:
        self._models = models
        self._gauges = [
            (Gauge(f"darkroom_gpu_{name}", text, ["gpu"], registry=registry), figure)
            for name, text, figure in FIGURES
        ]
        self._loaded = Gauge(
            "darkroom_model_loaded", "1 while the model lies on the device.", ["model"],
            registry=registry,
        )  # fmt: skip
        self._busy = Counter(
            "darkroom_device_busy_seconds_total",
            "Time in which the device worked for us; its rate is the busy ratio.",
            registry=registry,
        )
        self._call = Gauge(
            "darkroom_device_call_seconds",
            "How long the present call of the device goes on; 0 while there is none.",
            registry=registry,
        )
        self._busy_s = 0.0

    def show(self, gpu: DeviceFacts | None, loaded: Collection[str], use: DeviceUse) -> None:
        self._call.set(use.call_s)
        self._busy.inc(max(0.0, use.busy_s - self._busy_s))
        self._busy_s = max(self._busy_s, use.busy_s)
        for gauge, figure in self._gauges:
            value = figure(gpu) if gpu else None
            if gpu is None or gpu.index is None or value is None:
                gauge.clear()
            else:
                gauge.labels(str(gpu.index)).set(value)
        for model in self._models:
            self._loaded.labels(model).set(model in loaded)
