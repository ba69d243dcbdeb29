"""Facts as Prometheus metrics, one registry a process; `/metrics` renders it."""

from collections.abc import Collection, Iterable
from typing import assert_never

from prometheus_client import CollectorRegistry, disable_created_metrics

from adapters.telemetry.closed_labels import (
    LEASE_LOST,
    METHODS,
    OTHER,
    STATUS_CLASSES,
    first_seen,
    one_of,
    retry_reasons,
)
from adapters.telemetry.gpu_gauges import GpuGauges
from adapters.telemetry.metrics import Metrics
from adapters.telemetry.stock_gauges import StockGauges
from adapters.telemetry.tenant_counts import TenantCounts
from domain.model.device import DeviceFacts, DeviceUse
from domain.model.events import (
    AttemptFailed,
    BatchRan,
    Event,
    LoopFailed,
    MessageParked,
    ModelLoaded,
    ModelNotLoaded,
    ModelsNotReloaded,
    ModelsReloaded,
    PublishFailed,
    RequestServed,
    StaleWriteRefused,
    StreamClosed,
    StreamOpened,
    UnknownWakeup,
    WebhookTried,
)
from domain.model.stock import Stock
from domain.model.task import FAILURE, SUCCESS, TERMINAL, Move, Task, TaskMoved
from domain.model.webhook import Outcome
from ports.telemetry import Telemetry

STAGES = {stage: f"{stage}_ms" for stage in ("fetch", "prepare", "infer", "encode", "upload")}
"""And where a task's timing has them."""
RETRIED = "retried"
"""A try that failed and is not the last."""
LOOPS = (
    "batches", "collect", "confirm", "forecast", "heartbeat", "lease", "purge", "readiness",
    "recover", "watch", "webhooks",
)  # fmt: skip
MAX_ROUTES = 56
"""Pairs of method and route. Each is some twenty lines of the exposition, which is to stay below
1,500: rendering it blocks the event loop."""


class PrometheusTelemetry(Telemetry):
    """`models` and `tenants`: the names this process knows first; any other counts as "other"."""

    def __init__(
        self,
        registry: CollectorRegistry,
        models: Iterable[str],
        version: str,
        tenants: Iterable[str] = (),
    ) -> None:
        # A second series for each counter, which says when it began: nobody asks for it.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._models = set[str]()
        self._metrics, self._gpu = Metrics(registry), GpuGauges(registry, self._models)
        self._stock, self._tenants = StockGauges(registry), TenantCounts(registry, tenants)
        self._metrics.build.info({"version": version})
        self._reason = one_of(retry_reasons())
        self._method, self._status_class = one_of(METHODS), one_of(STATUS_CLASSES)
        self._route, self._loop = first_seen(MAX_ROUTES), first_seen(20)
        self._know(models)
        for loop in LOOPS:
            self._metrics.loop_failures(self._loop(loop))
        for outcome in Outcome:
            self._metrics.webhooks(_told(outcome))

    def record(self, event: Event) -> None:
        match event:
            case TaskMoved():
                self._moved(event)
            case RequestServed():
                self._served(event)
            case StaleWriteRefused():
                self._metrics.stale_writes.inc()
            case UnknownWakeup():
                self._metrics.unknown_wakeups.inc()
            case PublishFailed():
                self._metrics.publish_failures.inc()
            case LoopFailed():
                self._metrics.loop_failures(self._loop(event.loop)).inc()
            case BatchRan():
                self._metrics.batch_items.observe(event.items)
                self._metrics.batch_wait_s.observe(event.waited_s)
            case ModelLoaded():
                self._metrics.model_load_s(self._model(event.model)).set(event.load_s)
            case MessageParked():
                self._metrics.parked.inc()
            case StreamOpened():
                self._metrics.streams.inc()
            case StreamClosed():
                self._metrics.streams.dec()
            case WebhookTried():
                self._metrics.webhooks(_told(event.delivery.outcome)).inc()
            case AttemptFailed():
                pass  # its task moves next, and that is counted
            case ModelsReloaded():
                self._know(event.added)
            case ModelsNotReloaded() | ModelNotLoaded():
                pass  # for whoever sent the signal, and looks at the log
            case _:
                assert_never(event)

    def sample_stock(self, stock: Stock) -> None:
        self._stock.show(stock)

    def sample_device(
        self, gpu: DeviceFacts | None, loaded: Collection[str], use: DeviceUse
    ) -> None:
        self._gpu.show(gpu, loaded, use)

    def _know(self, models: Iterable[str]) -> None:
        for model in models:
            self._models.add(model)
            for outcome in TERMINAL:
                # Zero from the start: a rate over a series that just began misses its first step.
                self._metrics.tasks(model, outcome.lower())

    def _model(self, name: str) -> str:
        return name if name in self._models else OTHER

    def _served(self, event: RequestServed) -> None:
        self._tenants.served(event)
        method, route = self._pair(event)
        status_class = self._status_class(f"{event.status // 100}xx")
        self._metrics.requests(method, route, status_class).inc()
        self._metrics.request_s(method, route).observe(event.duration_s)

    def _pair(self, event: RequestServed) -> tuple[str, str]:
        # A wrong method names a pair that no route serves; callers could make those up.
        route = "unmatched" if event.status == 405 else event.route
        method = self._method(event.method)
        fits = self._route(f"{method} {route}") != OTHER
        return (method, route) if fits else (OTHER, OTHER)

    def _moved(self, event: TaskMoved) -> None:
        task, model = event.task, self._model(event.task.request.model)
        if event.lapsed:
            self._metrics.leases_lost.inc()
        if event.move is Move.CLAIM and task.attempt == 1:
            waited_s = max(0.0, event.at - task.created_at)
            self._metrics.queue_wait_s(task.request.priority.value).observe(waited_s)
        elif event.move is Move.POSTPONE:
            self._metrics.retries(model, self._cause(event)).inc()
        elif task.terminal:
            self._ended(task, model)

    def _cause(self, event: TaskMoved) -> str:
        if event.lapsed or event.task.error is None:
            return LEASE_LOST
        return self._reason(event.task.error.code)

    def _ended(self, task: Task, model: str) -> None:
        self._metrics.tasks(model, task.status.lower()).inc()
        self._tenants.ended(task)
        if task.status in {SUCCESS, FAILURE}:
            self._metrics.task_s(model).observe(task.timing.total_ms / 1000)
        if task.status is SUCCESS:
            self._metrics.run_s(model).observe(_run_s(task))
            for stage, name in STAGES.items():
                self._metrics.stage_s(stage).observe(getattr(task.timing, name) / 1000)
        if (
            task.error
            and task.status is FAILURE
            and _used_up(task.error.code, task.error.retryable)
        ):
            self._metrics.exhausted.inc()


def _run_s(task: Task) -> float:
    if task.started_at is None or task.finished_at is None:
        return 0.0
    return max(0.0, task.finished_at - task.started_at)


def _told(outcome: Outcome) -> str:
    return RETRIED if outcome is Outcome.PENDING else outcome.value


def _used_up(code: str, retryable: bool) -> bool:
    """A retryable error is final only when no attempt is left."""
    return retryable or code == "attempts_exhausted"
