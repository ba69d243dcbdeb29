"""A bare Celery worker's one task, which does nothing. `celery_worker.py COUNT` publishes it."""

import os
import sys
from typing import Any

from celery import Celery  # type: ignore[import-untyped]

app = Celery("bare", broker=os.environ["BROKER_URL"])
app.conf.update(
    task_default_queue="bare-celery",
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
)


@app.task(name="process")  # type: ignore[untyped-decorator]
def process(request: dict[str, Any]) -> None:
    return


if __name__ == "__main__":
    for number in range(int(sys.argv[1])):
        process.delay({"model": "noop", "input": {}, "client_request_id": f"bare-{number}"})
