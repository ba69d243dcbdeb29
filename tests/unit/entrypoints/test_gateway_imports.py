"""What a gateway process loads: it reads the models' specs and never their libraries."""

import subprocess
import sys

SCRIPT = """
import sys
from entrypoints.container.gateway import GatewayContainer
from entrypoints.gateway import gateway_app
from entrypoints.settings import Settings

settings = Settings(
    _env_file=None, app_env="PROD", api_keys="default:a-long-enough-key", queue_backend="memory",
    task_store="memory", storage_backend="memory", rate_limit_backend="memory",
)
container = GatewayContainer(settings=settings)
container.config.from_dict(settings.model_dump())
gateway_app(container)
assert {spec.name for spec in container.models()} >= {"superres-x4", "image-scoring"}
heavy = {"torch", "numpy", "PIL", "safetensors"} & set(sys.modules)
assert not heavy, heavy
assert not {"grpc", "google.protobuf"} & set(sys.modules)
"""


def test_a_gateway_in_prod_wiring_loads_no_model_library() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
