"""A bare Dramatiq worker's one actor, which does nothing. `dramatiq_worker.py COUNT` publishes."""

import os
import sys
from typing import Any

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker

broker = RabbitmqBroker(url=os.environ["BROKER_URL"])
dramatiq.set_broker(broker)


@dramatiq.actor(actor_name="process", queue_name="bare-dramatiq")
def process(request: dict[str, Any]) -> None:
    return


if __name__ == "__main__":
    for number in range(int(sys.argv[1])):
        process.send({"model": "noop", "input": {}, "client_request_id": f"bare-{number}"})
