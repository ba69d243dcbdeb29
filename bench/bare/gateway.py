"""The usual way to take a task over HTTP: a FastAPI `def` route that calls Celery's `apply_async`
with publisher confirms. Served by uvicorn as `darkroom serve` is. Usage: gateway.py PORT."""

import os
import sys
from typing import Any

import uvicorn
from celery import Celery  # type: ignore[import-untyped]
from fastapi import FastAPI
from pydantic import BaseModel

work = Celery("bare", broker=os.environ["BROKER_URL"])
work.conf.update(broker_transport_options={"confirm_publish": True}, task_default_queue="bare")
api = FastAPI()


class Submit(BaseModel):
    model: str
    input: dict[str, Any]
    params: dict[str, Any] = {}
    priority: str = "normal"
    client_request_id: str


@work.task(name="process", ignore_result=True)  # type: ignore[untyped-decorator]
def process(submit: dict[str, Any]) -> None:
    raise NotImplementedError


@api.get("/health/ready")
def ready() -> dict[str, str]:
    return {"status": "ready"}


@api.post("/v1/tasks", status_code=202)
def submit(body: Submit) -> dict[str, str]:
    sent = process.apply_async(args=[body.model_dump()])
    return {"task_id": sent.id, "status": "PENDING"}


if __name__ == "__main__":
    uvicorn.run(
        api, port=int(sys.argv[1]), loop="uvloop", http="httptools", ws="none", log_config=None,
        access_log=False, server_header=False, proxy_headers=False, backlog=2048,
    )  # fmt: skip
