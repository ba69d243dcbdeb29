from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SubmitTaskRequest(_message.Message):
    __slots__ = ("task_id", "user_id", "api_key", "model_type", "text", "params", "image_url", "mask_url", "control_image_url")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    MODEL_TYPE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    IMAGE_URL_FIELD_NUMBER: _ClassVar[int]
    MASK_URL_FIELD_NUMBER: _ClassVar[int]
    CONTROL_IMAGE_URL_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    user_id: str
    api_key: str
    model_type: str
    text: str
    params: TaskParams
    image_url: str
    mask_url: str
    control_image_url: str
    def __init__(self, task_id: _Optional[str] = ..., user_id: _Optional[str] = ..., api_key: _Optional[str] = ..., model_type: _Optional[str] = ..., text: _Optional[str] = ..., params: _Optional[_Union[TaskParams, _Mapping]] = ..., image_url: _Optional[str] = ..., mask_url: _Optional[str] = ..., control_image_url: _Optional[str] = ...) -> None: ...

class TaskParams(_message.Message):
    __slots__ = ("resolution", "steps", "cfg_scale", "sampler", "lora_name", "lora_weight", "post_process")
    RESOLUTION_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    CFG_SCALE_FIELD_NUMBER: _ClassVar[int]
    SAMPLER_FIELD_NUMBER: _ClassVar[int]
    LORA_NAME_FIELD_NUMBER: _ClassVar[int]
    LORA_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    POST_PROCESS_FIELD_NUMBER: _ClassVar[int]
    resolution: str
    steps: int
    cfg_scale: float
    sampler: str
    lora_name: str
    lora_weight: float
    post_process: PostProcess
    def __init__(self, resolution: _Optional[str] = ..., steps: _Optional[int] = ..., cfg_scale: _Optional[float] = ..., sampler: _Optional[str] = ..., lora_name: _Optional[str] = ..., lora_weight: _Optional[float] = ..., post_process: _Optional[_Union[PostProcess, _Mapping]] = ...) -> None: ...

class PostProcess(_message.Message):
    __slots__ = ("super_resolution", "watermark")
    SUPER_RESOLUTION_FIELD_NUMBER: _ClassVar[int]
    WATERMARK_FIELD_NUMBER: _ClassVar[int]
    super_resolution: str
    watermark: Watermark
    def __init__(self, super_resolution: _Optional[str] = ..., watermark: _Optional[_Union[Watermark, _Mapping]] = ...) -> None: ...

class Watermark(_message.Message):
    __slots__ = ("enable", "text", "font", "color", "position", "transparency")
    ENABLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FONT_FIELD_NUMBER: _ClassVar[int]
    COLOR_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    TRANSPARENCY_FIELD_NUMBER: _ClassVar[int]
    enable: bool
    text: str
    font: str
    color: str
    position: str
    transparency: float
    def __init__(self, enable: _Optional[bool] = ..., text: _Optional[str] = ..., font: _Optional[str] = ..., color: _Optional[str] = ..., position: _Optional[str] = ..., transparency: _Optional[float] = ...) -> None: ...

class SubmitTaskResponse(_message.Message):
    __slots__ = ("code", "message", "task_id")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    task_id: str
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., task_id: _Optional[str] = ...) -> None: ...

class QueryTaskRequest(_message.Message):
    __slots__ = ("task_id", "api_key")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    api_key: str
    def __init__(self, task_id: _Optional[str] = ..., api_key: _Optional[str] = ...) -> None: ...

class QueryTaskResponse(_message.Message):
    __slots__ = ("code", "message", "status")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    status: TaskStatus
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., status: _Optional[_Union[TaskStatus, _Mapping]] = ...) -> None: ...

class TaskStatus(_message.Message):
    __slots__ = ("task_id", "status", "progress", "original_url", "thumb_url", "error_msg")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    ORIGINAL_URL_FIELD_NUMBER: _ClassVar[int]
    THUMB_URL_FIELD_NUMBER: _ClassVar[int]
    ERROR_MSG_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    status: str
    progress: int
    original_url: str
    thumb_url: str
    error_msg: str
    def __init__(self, task_id: _Optional[str] = ..., status: _Optional[str] = ..., progress: _Optional[int] = ..., original_url: _Optional[str] = ..., thumb_url: _Optional[str] = ..., error_msg: _Optional[str] = ...) -> None: ...

class QueryGPULoadRequest(_message.Message):
    __slots__ = ("api_key",)
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    api_key: str
    def __init__(self, api_key: _Optional[str] = ...) -> None: ...

class QueryGPULoadResponse(_message.Message):
    __slots__ = ("code", "message", "gpu_loads")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    GPU_LOADS_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    gpu_loads: _containers.RepeatedCompositeFieldContainer[GPULoad]
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., gpu_loads: _Optional[_Iterable[_Union[GPULoad, _Mapping]]] = ...) -> None: ...

class GPULoad(_message.Message):
    __slots__ = ("device_id", "utilization", "memory_used", "memory_total")
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    UTILIZATION_FIELD_NUMBER: _ClassVar[int]
    MEMORY_USED_FIELD_NUMBER: _ClassVar[int]
    MEMORY_TOTAL_FIELD_NUMBER: _ClassVar[int]
    device_id: int
    utilization: float
    memory_used: float
    memory_total: float
    def __init__(self, device_id: _Optional[int] = ..., utilization: _Optional[float] = ..., memory_used: _Optional[float] = ..., memory_total: _Optional[float] = ...) -> None: ...
