"""What things are called on the broker."""

from dataclasses import dataclass

from domain.model.priority import Priority

PREFIX = "dq-"

ACTOR_PRIORITIES = {Priority.HIGH: 0, Priority.NORMAL: 50, Priority.LOW: 100}
"""Dramatiq starts the lowest number first."""


@dataclass(frozen=True, slots=True)
class TierQueues:
    """One queue and one actor a tier, both of one name. The prefix keeps them apart from Celery's,
    which are declared with other arguments."""

    prefix: str = PREFIX

    def of(self, tier: Priority) -> str:
        return f"{self.prefix}gpu-{tier}"

    @property
    def lead(self) -> str:
        """The queue whose consumer serves all tiers."""
        return self.of(Priority.HIGH)

    @property
    def parked(self) -> str:
        return f"{self.prefix}parked"
