"""A message on its way through a worker thread."""

from concurrent.futures import Future, wait

import dramatiq

from adapters.queue.dramatiq.handling import Outcome
from adapters.queue.dramatiq.names import TierQueues
from adapters.queue.dramatiq.tap import Pulled


def until_handled(outcome: Future[Outcome]) -> None:
    """The function of all three actors: holds a worker thread while the event loop works."""
    wait([outcome])


class Handed(dramatiq.MessageProxy):
    """A message whose wake-up is with the event loop already: its start keeps the order of the
    pulls, which the worker threads would not."""

    def __init__(
        self, task_id: str, pulled: Pulled, handled: Future[Outcome], queues: TierQueues
    ) -> None:
        name = queues.of(pulled.tier)
        super().__init__(
            dramatiq.Message(
                queue_name=name,
                actor_name=name,
                args=(handled,),
                kwargs={},
                options={},
                message_id=task_id,
            )
        )
        # Dramatiq finds by this name the consumer that is told of the end.
        self.queue_name = queues.lead
        self.pulled, self._handled = pulled, handled

    @property
    def outcome(self) -> Outcome:
        done = self._handled.done() and not self._handled.cancelled()
        return self._handled.result() if done and not self._handled.exception() else None
