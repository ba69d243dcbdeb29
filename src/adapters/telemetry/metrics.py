"""The metrics of a process: names, labels, buckets. They are public: dashboards name them.

Buckets lie around the objectives (a submit within 0.2 s, a task within 30 s), because a
quantile is only as sharp as the bucket it falls into. Children are memoised: `labels()` costs
more than the count itself, and closed label sets keep the memo small.
"""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info

HTTP_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 10, 60)
TASK_S = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)
WAIT_S = (0.1, 0.5, 1, 5, 15, 60, 300, 900)
STAGE_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Registers everything in `registry`, which therefore holds one of these at most."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"darkroom_{name}", text, labels, registry=registry)

        def histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"darkroom_{name}", text, labels, buckets=buckets, registry=registry)

        self.requests = cache(counter(
            "http_requests_total", "Answers given.", "method", "route", "status_class",
        ).labels)  # fmt: skip
        self.request_s = cache(histogram(
            "http_request_duration_seconds", "Request to answer; long polls and waits included.",
            HTTP_S, "method", "route",
        ).labels)  # fmt: skip
        self.tasks = cache(counter(
            "tasks_total", "Tasks that ended.", "model", "outcome",
        ).labels)  # fmt: skip
        self.task_s = cache(histogram(
            "task_duration_seconds", "Submit to end, of tasks that succeeded or failed.",
            TASK_S, "model",
        ).labels)  # fmt: skip
        self.queue_wait_s = cache(histogram(
            "task_queue_wait_seconds", "Submit to the start of the first attempt.",
            WAIT_S, "priority",
        ).labels)  # fmt: skip
        self.stage_s = cache(histogram(
            "task_stage_duration_seconds",
            "Stages of successful attempts; prepare includes fetch, as in the task's timing.",
            STAGE_S, "stage",
        ).labels)  # fmt: skip
        self.retries = cache(counter(
            "task_retries_total", "Attempts that will be repeated, by cause.", "model", "reason",
        ).labels)  # fmt: skip
        self.loop_failures = cache(counter(
            "loop_failures_total", "Errors met by background loops, which go on.", "loop",
        ).labels)  # fmt: skip
        self.queue_depth = cache(Gauge(
            "darkroom_queue_depth", "Wake-ups waiting.", ("priority",), registry=registry,
        ).labels)  # fmt: skip
        self.exhausted = counter("attempts_exhausted_total", "Tasks whose last attempt failed.")
        self.leases_lost = counter("lease_expiries_total", "Attempts whose lease was not renewed.")
        self.stale_writes = counter("stale_writes_total", "Writes of attempts no longer current.")
        self.unknown_wakeups = counter("unknown_wakeups_total", "Messages naming no known task.")
        self.publish_failures = counter("publish_failures_total", "Wake-ups that need recovery.")
        self.build = Info("darkroom_build", "What is running.", registry=registry)
