"""A file that crashes its decoder, in a service that is at work."""

import os
import signal
from pathlib import Path

import httpx2

from tests.contract.adapters.imaging.child_watch import busy_child, children, gone
from tests.contract.adapters.imaging.slow_files import slow_jpeg
from tests.e2e.pictures import inline, png
from tests.e2e.service import await_end, serving


def submitted(client: httpx2.Client, file: bytes) -> str:
    answer = client.post("/v1/tasks", json={
        "model": "invert", "input": {"image_base64": inline(file)},
    })  # fmt: skip
    assert answer.status_code == 202, answer.text
    return str(answer.json()["task_id"])


def test_a_picture_that_crashes_its_decoder_costs_its_own_task_alone(tmp_path: Path) -> None:
    with serving(tmp_path, APP_ENV="TEST", IMAGING_BACKEND="process") as service:
        assert service.process is not None
        worker = service.process.pid
        with service.client() as client:
            hostile = submitted(client, slow_jpeg(side=8000))
            decoder = busy_child(worker)
            neighbours = [submitted(client, png(24, 16, seed)) for seed in range(4)]
            os.kill(decoder, signal.SIGSEGV)
            failed = await_end(client, hostile)
            assert (failed["status"], failed["attempt"]) == ("FAILURE", 1)
            assert failed["error"]["code"] == "image_corrupt"
            ended = [await_end(client, task_id)["status"] for task_id in neighbours]
            assert ended == ["SUCCESS"] * 4
        left = children(worker)
        assert decoder not in left
        assert service.stop() == 0
        assert all(map(gone, left))
