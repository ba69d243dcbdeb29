"""What every telemetry adapter keeps to: telling must not harm what is told of."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.model.device import DeviceFacts, DeviceUse
from domain.model.events import Event, RequestServed
from domain.model.priority import Priority
from domain.model.stock import DiskFacts, Stock, TierStock
from domain.model.worker import WorkerInfo, WorkerState
from ports.telemetry import Telemetry
from tests.contract.clauses.telemetry_events import MARK, absurd_facts, facts, random_life

MAX_LINES = 1_500

gpus = st.none() | st.builds(
    DeviceFacts,
    index=st.none() | st.integers(0, 15), uuid=st.none() | st.text(), name=st.none() | st.text(),
    utilisation_percent=st.none() | st.integers(0, 100),
    memory_used_bytes=st.none() | st.integers(0, 2**48),
    memory_total_bytes=st.none() | st.integers(0, 2**48),
    temperature_c=st.none() | st.integers(-40, 150), power_w=st.none() | st.floats(0, 2_000),
    ecc_errors=st.none() | st.integers(0, 2**63), reason=st.none() | st.text(),
)  # fmt: skip

uses = st.builds(DeviceUse, st.floats(0, 1e9), st.floats(0, 1e6))
workers = st.builds(
    WorkerInfo,
    worker_id=st.uuids().map(lambda uuid: f"{uuid}-{MARK}"), host=st.just(MARK), pid=st.integers(1),
    device=st.just(MARK), version=st.just(MARK), started_at=st.floats(0, 1e12),
    state=st.sampled_from(WorkerState), in_flight=st.integers(0, 99), slots=st.integers(0, 99),
)  # fmt: skip
tiers = st.builds(TierStock, st.integers(0, 10**12), st.floats(0, 1e9))
sizes = st.integers(0, 2**60)
stocks = st.builds(
    Stock,
    tiers=st.none() | st.dictionaries(st.sampled_from(Priority), tiers),
    workers=st.none() | st.lists(workers, max_size=4),
    parts=st.dictionaries(st.sampled_from(["ledger", "queue", "storage"]), st.booleans()),
    disk=st.none() | st.builds(DiskFacts, sizes, sizes),
)

some = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[
        HealthCheck.differing_executors,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)


class TelemetryClauses:
    """The binding says how to build one (it knows the models `echo` and `upscale`), what it holds
    for others to read, and which label values it made."""

    def telemetry(self) -> Telemetry:
        raise NotImplementedError

    def held(self, telemetry: Telemetry) -> Sequence[str]:
        """Everything it keeps, in lines."""
        raise NotImplementedError

    def labels(self, telemetry: Telemetry) -> Sequence[str]:
        """Every label value, each of which is a series kept for ever."""
        raise NotImplementedError

    @some
    @given(event=absurd_facts())
    def test_01_no_fact_makes_it_raise(self, event: Event) -> None:
        telemetry = self.telemetry()
        assert telemetry.record(event) is None
        assert telemetry.record(event) is None

    @some
    @given(stock=stocks)
    def test_02_any_stock_is_taken_also_one_with_parts_missing(self, stock: Stock) -> None:
        telemetry = self.telemetry()
        assert telemetry.sample_stock(stock) is None
        assert telemetry.sample_stock(Stock()) is None
        assert [label for label in self.labels(telemetry) if MARK in label] == []

    @some
    @given(events=st.lists(facts(), max_size=15))
    def test_03_no_id_or_text_becomes_a_label(self, events: list[Event]) -> None:
        telemetry = self.telemetry()
        for event in events:
            telemetry.record(event)
        assert [label for label in self.labels(telemetry) if MARK in label] == []

    @some
    @given(events=st.lists(absurd_facts(), max_size=15))
    def test_04_what_it_holds_can_be_written_down(self, events: list[Event]) -> None:
        telemetry = self.telemetry()
        for event in events:
            telemetry.record(event)
        assert "\n".join(self.held(telemetry)).encode() is not None

    def test_05_it_stays_small_under_random_traffic(self) -> None:
        telemetry, random = self.telemetry(), Random(5)
        for _ in range(1_000):
            telemetry.record(_random_request(random))
            for event in random_life(random):
                telemetry.record(event)
        telemetry.sample_stock(Stock(tiers=dict.fromkeys(Priority, TierStock(5, 1.0))))
        assert len(self.held(telemetry)) < MAX_LINES

    def test_06_threads_may_tell_at_once(self) -> None:
        """The device's thread and the event loop share it."""
        telemetry = self.telemetry()
        events = [_random_request(Random(seed)) for seed in range(400)]
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(telemetry.record, events))
        assert told == [None] * len(events)

    @some
    @given(
        gpu=gpus, use=uses, loaded=st.sets(st.sampled_from(["echo", "upscale", f"{MARK}-unknown"]))
    )
    def test_07_any_gpu_is_taken_and_its_texts_become_no_label(
        self, gpu: DeviceFacts | None, use: DeviceUse, loaded: set[str]
    ) -> None:
        telemetry = self.telemetry()
        assert telemetry.sample_device(gpu, loaded, use) is None
        assert telemetry.sample_device(None, (), DeviceUse()) is None
        assert [label for label in self.labels(telemetry) if MARK in label] == []

    def test_08_of_tenants_without_end_a_few_become_labels(self) -> None:
        """Whoever gives out keys names them; no caller does."""
        telemetry = self.telemetry()
        for number in range(1_000):
            served = RequestServed("POST", "/v1/tasks", 202, 0.01, "r-1", f"{MARK}-{number}")
            telemetry.record(served)
        assert len({label for label in self.labels(telemetry) if MARK in label}) <= 20


def _random_request(random: Random) -> RequestServed:
    word = f"{random.getrandbits(64):x}"
    method = random.choice(["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", word])
    status = random.choice([200, 202, 302, 404, 405, 422, 500, 999])
    return RequestServed(method, f"/v1/{word}", status, random.random(), word, word)
