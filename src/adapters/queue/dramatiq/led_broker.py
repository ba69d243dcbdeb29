"""A Dramatiq broker whose messages come from the lead alone."""

import dramatiq

from adapters.queue.dramatiq.handed import until_handled
from adapters.queue.dramatiq.lead import Lead
from adapters.queue.dramatiq.names import ACTOR_PRIORITIES, TierQueues

NOTICE_MS = 100
"""How long an idle worker thread takes to notice that it is to end."""


class LedBroker(dramatiq.Broker):
    """Mixed into a broker of the library."""

    lead: Lead

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Lead:
        """Called again after each lost connection; the lead stays, for it knows what is in hand."""
        self.lead.open()
        return self.lead

    def get_declared_delay_queues(self) -> set[str]:
        """None: a delay lies in the ledger, never in a message."""
        return set()


def worker_on(broker: LedBroker, queues: TierQueues, slots: int) -> dramatiq.Worker:
    """Names its broker everywhere: Dramatiq's global one stays unset."""
    for tier, priority in ACTOR_PRIORITIES.items():
        name = queues.of(tier)
        declare = dramatiq.actor(
            broker=broker, actor_name=name, queue_name=name, priority=priority, max_retries=0
        )
        declare(until_handled)
    return dramatiq.Worker(
        broker, queues={queues.lead}, worker_timeout=NOTICE_MS, worker_threads=slots
    )
