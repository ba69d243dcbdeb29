"""The three surfaces behind one set of words, for the scenario they share."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, Self

import httpx2

from darkroom.imagegenx.client import Params, Scheduler
from tests.e2e.service import KEY, Service

ENDED = ("success", "failed")
V1_WORDS = {
    "PENDING": "waiting", "RETRY": "waiting", "STARTED": "processing", "SUCCESS": "success",
    "FAILURE": "failed", "CANCELED": "failed", "EXPIRED": "failed",
}  # fmt: skip


class Surface(ABC):
    """`own_id`: the caller's own, which makes a submit safe to repeat. States are told in the
    words of ImageGenX. Cancelling is v1's alone: the task is the same."""

    def __init__(self, service: Service) -> None:
        self.service, self.http = service, service.client()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self.http.close()

    @abstractmethod
    def submit(self, own_id: str, prompt: str, **params: Any) -> str:
        """The id of the task."""

    @abstractmethod
    def state(self, task_id: str) -> tuple[str, int]:
        """How it is called, and its progress."""

    @abstractmethod
    def picture(self, task_id: str) -> bytes:
        """The file of a task that succeeded."""

    def cancel(self, task_id: str) -> None:
        answer = self.http.post(f"/v1/tasks/{task_id}/cancel")
        assert answer.status_code in (200, 202), answer.text


class RestV1(Surface):
    def submit(self, own_id: str, prompt: str, **params: Any) -> str:
        body = {"model": "tiny", "input": {"prompt": prompt}, "params": params,
                "output": {"format": "webp"}, "client_request_id": own_id}  # fmt: skip
        answer = self.http.post("/v1/tasks", json=body)
        assert answer.status_code in (200, 202), answer.text
        task_id: str = answer.json()["task_id"]
        return task_id

    def state(self, task_id: str) -> tuple[str, int]:
        task = self.http.get(f"/v1/tasks/{task_id}").json()
        return V1_WORDS[task["status"]], task["progress"]

    def picture(self, task_id: str) -> bytes:
        return self.http.get(f"/v1/tasks/{task_id}/result").content


class ImageGenXRest(Surface):
    def submit(self, own_id: str, prompt: str, **params: Any) -> str:
        body = {"text": prompt, "model_type": "tiny", "params": params}
        headers = {"idempotency-key": own_id}
        answer = self.http.post("/api/v1/image/generate", json=body, headers=headers).json()
        assert answer["code"] == 200, answer
        task_id: str = answer["data"]["task_id"]
        return task_id

    def state(self, task_id: str) -> tuple[str, int]:
        data = self._task(task_id)
        return data["status"], data["progress"]

    def picture(self, task_id: str) -> bytes:
        return httpx2.get(self._task(task_id)["result"]["original_url"], trust_env=False).content

    def _task(self, task_id: str) -> dict[str, Any]:
        data: dict[str, Any] = self.http.get(f"/api/v1/image/task/{task_id}").json()["data"]
        return data


class Grpc(Surface):
    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self._scheduler = Scheduler(f"127.0.0.1:{service.env['GRPC_PORT']}", KEY)

    def close(self) -> None:
        self._scheduler.close()
        super().close()

    def submit(self, own_id: str, prompt: str, **params: Any) -> str:
        return self._scheduler.submit(
            prompt, model_type="tiny", params=Params(**params), task_id=own_id, user_id="u-1"
        )

    def state(self, task_id: str) -> tuple[str, int]:
        found = self._scheduler.query(task_id)
        return found.status, found.progress

    def picture(self, task_id: str) -> bytes:
        url = self._scheduler.query(task_id).original_url
        assert url is not None
        return httpx2.get(url, trust_env=False).content
