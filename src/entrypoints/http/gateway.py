"""What the HTTP surface is given by the composition root: use cases and a few read-only facts."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from domain.model.links import LinkSigner
from domain.model.model_registry import ModelRegistry
from domain.model.picture import ImageLimits
from domain.use_cases.admit_caller import AdmitCaller
from domain.use_cases.cancel_batch import CancelBatch
from domain.use_cases.cancel_task import CancelTask
from domain.use_cases.create_key import CreateKey
from domain.use_cases.daily_tasks import DailyTasks
from domain.use_cases.delete_task import DeleteTask
from domain.use_cases.fetch_result import FetchResult
from domain.use_cases.find_task import FindTask
from domain.use_cases.follow_task import FollowTask
from domain.use_cases.forecast_start import ForecastStart
from domain.use_cases.get_batch import GetBatch
from domain.use_cases.get_task import GetTask
from domain.use_cases.list_batch import ListBatch
from domain.use_cases.list_deliveries import GetDelivery, ListDeliveries
from domain.use_cases.list_keys import ListKeys
from domain.use_cases.list_tasks import ListTasks
from domain.use_cases.measure_backlog import MeasureBacklog
from domain.use_cases.ping_webhook import PingWebhook
from domain.use_cases.read_usage import ReadUsage
from domain.use_cases.redeliver_webhook import RedeliverWebhook
from domain.use_cases.retry_task import RetryTask
from domain.use_cases.revoke_key import RevokeKey
from domain.use_cases.submit_batch import SubmitBatch
from domain.use_cases.submit_task import SubmitTask
from domain.use_cases.tenant_secrets import TenantSecretKeeper
from ports.blob_store import BlobStore
from ports.clock import NewId, Now
from ports.telemetry import Telemetry
from ports.tracing import Tracing
from ports.worker_registry import WorkerRegistry

Probe = Callable[[], Awaitable[None]]
"""Returns when the adapter is usable, raises `DarkroomError` when it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayLimits:
    """`max_body_bytes` follows from the upload limit: base64 and a little JSON around it."""

    images: ImageLimits
    max_upload_bytes: int
    max_queue_depth: int
    max_queue_depth_per_tenant: int
    url_ttl_s: int
    result_ttl_s: int
    idempotency_ttl_s: int

    @property
    def max_body_bytes(self) -> int:
        return self.max_upload_bytes * 4 // 3 + 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookUseCases:
    list: ListDeliveries
    get: GetDelivery
    redeliver: RedeliverWebhook
    ping: PingWebhook
    secrets: TenantSecretKeeper


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    admit: AdmitCaller
    submit: SubmitTask
    get: GetTask
    find: FindTask
    follow: FollowTask
    forecast: ForecastStart
    list: ListTasks
    cancel: CancelTask
    retry: RetryTask
    delete: DeleteTask
    fetch_result: FetchResult
    submit_batch: SubmitBatch
    get_batch: GetBatch
    list_batch: ListBatch
    cancel_batch: CancelBatch
    create_key: CreateKey
    list_keys: ListKeys
    revoke_key: RevokeKey
    read_usage: ReadUsage
    daily_tasks: DailyTasks
    webhooks: WebhookUseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """`metrics` renders the exposition (Prometheus text format 0.0.4) off the registry;
    `links` is None where the storage signs its own; `probes` by adapter, for readiness.
    `public_url` begins the links in what nobody asked us for."""

    use_cases: UseCases
    models: ModelRegistry
    backlog: MeasureBacklog
    workers: WorkerRegistry
    blobs: BlobStore
    links: LinkSigner | None
    telemetry: Telemetry
    tracing: Tracing
    metrics: Callable[[], bytes]
    probes: Mapping[str, Probe]
    limits: GatewayLimits
    public_url: str
    now: Now
    new_id: NewId
    cors_origins: tuple[str, ...] = ()
    cors_allow_credentials: bool = False
