"""What this adapter needs of Dramatiq beyond its documentation."""

import dramatiq
from dramatiq.worker import ConsumerThread, WorkerThread

from adapters.queue.dramatiq.transport import Transport
from domain.model.errors import InternalError

RELIED_ON = {
    ConsumerThread.run: ("consume", "handle_message"),
    ConsumerThread.handle_message: ("work_queue", "post_process_message"),
    ConsumerThread.post_process_message: ("consumer", "ack", "nack", "failed"),
    WorkerThread.process_message: ("consumers", "queue_name", "post_process_message"),
    dramatiq.Worker.stop: ("workers", "consumers", "queue_name", "requeue_messages", "close"),
}
"""Who tells the lead of a message's end, and by which name it is found."""


def check_dramatiq(transport: Transport) -> None:
    """Raises `InternalError` when the installed Dramatiq works in another way."""
    missing = [
        f"{method.__qualname__} → {name}"
        for method, names in RELIED_ON.items()
        for name in names
        if name not in method.__code__.co_names
    ] + transport.missing_parts()
    if missing:
        raise InternalError(
            f"The installed dramatiq {dramatiq.__version__} lacks {', '.join(missing)}.",
            remedy="Install the release of dramatiq that requirements.lock names.",
            retryable=False,
        )
