"""The metrics of a process: names, labels, buckets. They are public: dashboards name them.

Buckets lie around the objectives (a submit within 0.2 s, a task within 30 s), because a
quantile is only as sharp as the bucket it falls into.
"""

from collections.abc import Callable
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info

HTTP_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 10, 60)
TASK_S = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)
WAIT_S = (0.1, 0.5, 1, 5, 15, 60, 300, 900)
STAGE_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
BATCH_ITEMS = (1, 2, 4, 8, 16, 32)
BATCH_WAIT_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5)


class Metrics:
    """Registers everything in `registry`, which therefore holds one of these at most.

    What has labels is a callable: label values in, one series out. It remembers the series, for
    a look-up by labels costs more than a count; the closed label sets keep that memory small.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._serving()
        self._tasks()
        self._device()
        self._troubles()
        self._webhooks()
        self.build = Info("darkroom_build", "What is running.", registry=registry)

    def _serving(self) -> None:
        self.requests = self._counters(
            "http_requests", "Answers given.", "method", "route", "status_class"
        )
        self.request_s = self._histograms(
            "http_request_duration", "Request to answer, long polls included.", HTTP_S,
            "method", "route",
        )  # fmt: skip

        self.streams = Gauge(
            "darkroom_open_streams", "Event streams that clients follow.", registry=self._registry
        )

    def _tasks(self) -> None:
        self.tasks = self._counters("tasks", "Tasks that ended.", "model", "outcome")
        self.task_s = self._histograms(
            "task_duration", "Submit to end of tasks that succeeded or failed.", TASK_S, "model"
        )
        self.run_s = self._histograms(
            "task_run", "Start to end of attempts that succeeded.", TASK_S, "model"
        )
        self.queue_wait_s = self._histograms(
            "task_queue_wait", "Submit to the start of the first attempt.", WAIT_S, "priority"
        )
        self.stage_s = self._histograms(
            "task_stage_duration",
            "Stages of successful attempts; prepare includes fetch, as in a task's timing.",
            STAGE_S, "stage",
        )  # fmt: skip
        self.retries = self._counters(
            "task_retries", "Attempts to be repeated, by cause.", "model", "reason"
        )

    def _device(self) -> None:
        self.batch_items = self._histogram(
            "batch_items", "Tasks that shared the device in one batch.", BATCH_ITEMS
        )
        self.batch_wait_s = self._histogram(
            "batch_wait_seconds",
            "How long the oldest task of a batch was ready for the device.", BATCH_WAIT_S,
        )  # fmt: skip
        self.model_load_s = cache(
            Gauge(
                "darkroom_model_load_seconds", "How long the last load of a model took, warm-up "
                "included.", ["model"], registry=self._registry,
            ).labels
        )  # fmt: skip

    def _troubles(self) -> None:
        self.exhausted = self._counter("attempts_exhausted", "Tasks whose last attempt failed.")
        self.leases_lost = self._counter("lease_expiries", "Attempts whose lease ran out.")
        self.stale_writes = self._counter("stale_writes", "Writes of attempts no longer current.")
        self.unknown_wakeups = self._counter("unknown_wakeups", "Messages naming no known task.")
        self.publish_failures = self._counter("publish_failures", "Wake-ups that need recovery.")
        self.parked = self._counter("messages_parked", "Messages that nobody can read, set aside.")
        self.loop_failures = self._counters(
            "loop_failures", "Errors met by background loops, which go on.", "loop"
        )

    def _webhooks(self) -> None:
        self.webhooks = self._counters(
            "webhook_deliveries", "Tries of webhooks, by what came of them.", "outcome"
        )

    def _counter(self, name: str, text: str) -> Counter:
        return Counter(f"darkroom_{name}_total", text, registry=self._registry)

    def _counters(self, name: str, text: str, *labels: str) -> Callable[..., Counter]:
        return cache(
            Counter(f"darkroom_{name}_total", text, labels, registry=self._registry).labels
        )

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"darkroom_{name}", text, buckets=buckets, registry=self._registry)

    def _histograms(
        self, name: str, text: str, buckets_s: tuple[float, ...], *labels: str
    ) -> Callable[..., Histogram]:
        return cache(
            Histogram(
                f"darkroom_{name}_seconds", text, labels,
                buckets=buckets_s, registry=self._registry,
            ).labels
        )  # fmt: skip
