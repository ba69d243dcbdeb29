"""Which devices this machine's workers run on."""

from dataclasses import dataclass

from entrypoints.configuration import ConfigurationError


@dataclass(frozen=True, slots=True)
class Device:
    """`index`: the worker's number on this machine. `cuda_id`: the GPU it alone sees, or None for
    the CPU."""

    index: int
    cuda_id: str | None

    @property
    def name(self) -> str:
        return "cpu" if self.cuda_id is None else f"gpu{self.cuda_id}"

    def environment(self, metrics_port: int) -> dict[str, str]:
        """What sets this worker's process apart from its neighbours'. CUDA left alone counts the
        fastest GPU first; ids are meant as the driver and nvidia-smi count."""
        visible = "" if self.cuda_id is None else self.cuda_id
        return {
            "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
            "CUDA_VISIBLE_DEVICES": visible,
            "DEVICE": "cpu" if self.cuda_id is None else "cuda:0",
            "METRICS_PORT": str(metrics_port + self.index),
            "WORKER_NAME": self.name,
        }


def devices(gpu_ids: str) -> list[Device]:
    """One device an id of `GPU_IDS` ("0,1"); "auto" asks the driver, and means one CPU worker
    where there is no GPU; "cpu" means that anyway."""
    if gpu_ids == "auto":
        ids = _installed()
    elif gpu_ids == "cpu":
        ids = []
    else:
        ids = [part.strip() for part in gpu_ids.split(",")]
    if not all(ids) or len(set(ids)) != len(ids):
        raise ConfigurationError(f"GPU_IDS: auto, cpu, or ids like 0,1 (got {gpu_ids!r})")
    return [Device(index, cuda_id) for index, cuda_id in enumerate(ids)] or [Device(0, None)]


def _installed() -> list[str]:
    """The GPUs that NVML counts; none where there is no driver."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    try:
        return [str(index) for index in range(pynvml.nvmlDeviceGetCount())]
    finally:
        pynvml.nvmlShutdown()
