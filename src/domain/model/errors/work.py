"""The work itself went wrong: the picture's address, the model, or too many attempts."""

from domain.model.errors.root import DarkroomError


class FetchError(DarkroomError):
    """The picture's address did not deliver it."""


class FetchFailed(FetchError):
    """The picture could not be fetched from its address."""

    code = "fetch_failed"
    remedy = "Check that the address answers with the picture."
    transient = True


class FetchTimeout(FetchError):
    """The picture's address was too slow."""

    code = "fetch_timeout"
    remedy = "Host the picture somewhere faster, or send it as image_base64."
    transient = True


class FetchTooLarge(FetchError):
    """The file at the picture's address is too large."""

    code = "fetch_too_large"
    remedy = "Use a smaller file; GET /v1/limits shows the limits."


class ModelError(DarkroomError):
    """The model could not do the work."""


class InferenceFailed(ModelError):
    """The model failed on this input."""

    code = "inference_failed"
    remedy = "Try again; if it persists, report the task id."
    transient = True


class GpuOutOfMemory(ModelError):
    """The device ran out of memory."""

    code = "gpu_oom"
    remedy = "Use a smaller picture."
    transient = True


class DeviceFault(ModelError):
    """The device failed while it worked on this."""

    code = "device_fault"
    remedy = "Try again; if it persists, report the task id: the operator has to see to the device."
    transient = True


class DeviceMissing(DeviceFault):
    """This worker can't use its device."""

    code = "device_missing"
    remedy = "Operator: set GPU_IDS, or DEVICE, to what this machine and its torch really have."


class ContentFiltered(ModelError):
    """The content filter does not let this pass."""

    code = "content_filtered"
    remedy = "Change the prompt or the picture."


class GaveUp(DarkroomError):
    """Darkroom stopped trying."""


class AttemptsExhausted(GaveUp):
    """Every attempt ended without an answer."""

    code = "attempts_exhausted"
    remedy = "POST …/retry runs it again as a new task; report the task id if it persists."


class DeadlineExceeded(GaveUp):
    """The task ran past its time limit."""

    code = "deadline_exceeded"
    remedy = "Use a smaller picture, or ask the operator to raise TASK_TIMEOUT_S."
