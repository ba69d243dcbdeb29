"""What `make proto` generates is what lies here, and its numbers are those on the wire."""

from pathlib import Path

import pytest
from google.protobuf.descriptor import FieldDescriptor
from grpc_tools import protoc

from darkroom.imagegenx import scheduler_pb2 as wire

ROOT = Path(__file__).parents[3]
PROTO = "darkroom/imagegenx/scheduler.proto"
GENERATED = ("scheduler_pb2.py", "scheduler_pb2.pyi", "scheduler_pb2_grpc.py")

STRING, INT32, FLOAT, BOOL, MESSAGE = (
    FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_FLOAT,
    FieldDescriptor.TYPE_BOOL, FieldDescriptor.TYPE_MESSAGE,
)  # fmt: skip

NUMBERS = {
    "SubmitTaskRequest": {
        "task_id": (1, STRING), "user_id": (2, STRING), "api_key": (3, STRING),
        "model_type": (4, STRING), "text": (5, STRING), "params": (6, MESSAGE),
        "image_url": (7, STRING), "mask_url": (8, STRING), "control_image_url": (9, STRING),
    },
    "TaskParams": {
        "resolution": (1, STRING), "steps": (2, INT32), "cfg_scale": (3, FLOAT),
        "sampler": (4, STRING), "lora_name": (5, STRING), "lora_weight": (6, FLOAT),
        "post_process": (7, MESSAGE),
    },
    "PostProcess": {"super_resolution": (1, STRING), "watermark": (2, MESSAGE)},
    "Watermark": {
        "enable": (1, BOOL), "text": (2, STRING), "font": (3, STRING), "color": (4, STRING),
        "position": (5, STRING), "transparency": (6, FLOAT),
    },
    "SubmitTaskResponse": {"code": (1, INT32), "message": (2, STRING), "task_id": (3, STRING)},
    "QueryTaskRequest": {"task_id": (1, STRING), "api_key": (2, STRING)},
    "QueryTaskResponse": {"code": (1, INT32), "message": (2, STRING), "status": (3, MESSAGE)},
    "TaskStatus": {
        "task_id": (1, STRING), "status": (2, STRING), "progress": (3, INT32),
        "original_url": (4, STRING), "thumb_url": (5, STRING), "error_msg": (6, STRING),
    },
    "QueryGPULoadRequest": {"api_key": (1, STRING)},
    "QueryGPULoadResponse": {"code": (1, INT32), "message": (2, STRING), "gpu_loads": (3, MESSAGE)},
    "GPULoad": {
        "device_id": (1, INT32), "utilization": (2, FLOAT), "memory_used": (3, FLOAT),
        "memory_total": (4, FLOAT),
    },
}  # fmt: skip


def test_the_generated_code_is_fresh(tmp_path: Path) -> None:
    """`make proto` mends it."""
    wanted = [f"--{kind}_out={tmp_path}" for kind in ("python", "pyi", "grpc_python")]
    assert protoc.main(["protoc", f"-I{ROOT / 'proto'}", *wanted, PROTO]) == 0
    for name in GENERATED:
        ours = (ROOT / "src/darkroom/imagegenx" / name).read_bytes()
        assert ours == (tmp_path / "darkroom/imagegenx" / name).read_bytes(), name


@pytest.mark.parametrize("message", NUMBERS)
def test_every_field_has_its_number_on_the_wire(message: str) -> None:
    fields = wire.DESCRIPTOR.message_types_by_name[message].fields
    assert {field.name: (field.number, field.type) for field in fields} == NUMBERS[message]


def test_there_is_no_other_message_and_no_other_call() -> None:
    assert set(wire.DESCRIPTOR.message_types_by_name) == set(NUMBERS)
    [service] = wire.DESCRIPTOR.services_by_name.values()
    assert service.full_name == "imagegenx.SchedulerService"
    assert [call.name for call in service.methods] == ["SubmitTask", "QueryTask", "QueryGPULoad"]


def test_bytes_of_a_client_that_was_built_elsewhere() -> None:
    """Written by hand, tag by tag: (number << 3 | wire type), length, text."""
    given = b"\x0a\x02t1\x12\x01u\x1a\x01k\x22\x04sd15\x2a\x04boat\x32\x02\x10\x1e"
    found = wire.SubmitTaskRequest.FromString(given)
    assert (found.task_id, found.user_id, found.api_key) == ("t1", "u", "k")
    assert (found.model_type, found.text, found.params.steps) == ("sd15", "boat", 30)
    assert found.SerializeToString(deterministic=True) == given
