"""The OpenAPI document is true: schemathesis makes up requests from it, valid and invalid ones, and
finds no 5xx and no answer that the document does not describe."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.pictures import inline, png
from tests.e2e.service import KEY, Service, await_end, serving

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance",
)  # fmt: skip
EXAMPLES, WITHIN_S = 10, 400
# A task that is there, for all but the call that would delete it.
KNOWN_IDS = """
[parameters]
"path.task_id" = "{task_id}"
"path.batch_id" = "{batch_id}"
"path.name" = "invert"

[[operations]]
include-name = "DELETE /v1/tasks/{{task_id}}"
[operations.parameters]
"path.task_id" = "nothing"
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    with serving(folder, APP_ENV="TEST", DEFAULT_MODEL="invert") as service:
        yield service


def faults(service: Service, folder: Path, document: str, *options: str) -> str:
    """What schemathesis found wrong with `document`; empty where nothing."""
    ended = subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis", "run", document, "--url", service.url,
            "--header", f"x-api-key: {KEY}", "--checks", ",".join(CHECKS),
            "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES),
            "--continue-on-failure", "--warnings", "off", *options,
        ],
        cwd=folder, env={"PATH": os.environ["PATH"], "HOME": str(folder), "NO_PROXY": "*"},
        capture_output=True, text=True, timeout=WITHIN_S, check=False,
    )  # fmt: skip
    assert "test cases" in ended.stdout.lower(), ended.stdout + ended.stderr
    return "" if ended.returncode == 0 else ended.stdout.partition("= FAILURES =")[2]


def test_ids_that_nobody_knows(service: Service, tmp_path: Path) -> None:
    if told := faults(service, tmp_path, f"{service.url}/openapi.json"):
        pytest.fail(told)


def test_a_task_and_a_batch_that_are_there(service: Service, tmp_path: Path) -> None:
    body = {"model": "invert", "input": {"image_base64": inline(png())}}
    with service.client() as client:
        task_id = client.post("/v1/tasks", json=body).json()["task_id"]
        await_end(client, task_id)
        batch_id = client.post("/v1/batches", json=[body]).json()["batch_id"]
    known = KNOWN_IDS.format(task_id=task_id, batch_id=batch_id)
    (tmp_path / "schemathesis.toml").write_text(known)
    if told := faults(service, tmp_path, f"{service.url}/openapi.json"):
        pytest.fail(told)


def test_a_document_that_lies_is_found_out(service: Service, tmp_path: Path) -> None:
    with service.client() as client:
        document = client.get("/openapi.json").json()
    document["components"]["schemas"]["HealthDocument"]["required"].append("mood")
    lie = tmp_path / "lie.json"
    lie.write_text(json.dumps(document))
    assert "mood" in faults(service, tmp_path, str(lie), "--include-path", "/health/ready")
