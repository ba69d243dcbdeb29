"""The fixture `local`, a pytest plugin: `make up-local`, once a test module."""

from collections.abc import Iterator

import pytest

from tests.contract.celery_link import CeleryPlace
from tests.contract.services import free_port, missing, require_program
from tests.e2e.infra.local_stack import LocalStack
from tests.e2e.production import Stack
from tests.servers.rclone import rclone_path
from tests.servers.redis_server import AOF, RedisServer

S3 = {"S3_ACCESS_KEY": "darkroom", "S3_SECRET_KEY": "darkroom-secret-of-tests"}


@pytest.fixture(scope="module")
def local(vhost: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Celery over RabbitMQ, the ledger on a Redis nobody else uses, pictures in S3."""
    require_program("prometheus")
    if rclone_path() is None:
        missing("the program rclone is not installed")
    folder = tmp_path_factory.mktemp("local")
    redis = RedisServer(require_program("redis-server"), folder, free_port(), *AOF)
    stack = Stack(folder, QUEUE_BACKEND="celery", BROKER_URL=vhost, REDIS_URL=redis.url,
                  STORAGE_BACKEND="s3", WORKER_CONCURRENCY="1")  # fmt: skip
    try:
        with LocalStack(stack, **S3).up() as local:
            yield local
    finally:
        redis.kill()
        CeleryPlace(vhost, "gpu-").clear()
