from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

from adapters.clock import uuid7


def many_ids(_: int) -> list[str]:
    return [uuid7() for _ in range(2_000)]


def test_an_id_is_a_uuid_of_version_7_in_plain_text() -> None:
    text = uuid7()
    assert type(text) is str
    assert str(UUID(text)) == text
    assert (UUID(text).version, UUID(text).variant) == (7, RFC_4122)


def test_ids_rise_also_within_a_millisecond() -> None:
    ids = many_ids(0)
    assert ids == sorted(set(ids))


def test_ids_rise_in_every_thread_and_never_meet() -> None:
    with ThreadPoolExecutor(4) as threads:
        batches = list(threads.map(many_ids, range(4)))
    assert all(batch == sorted(batch) for batch in batches)
    assert len({text for batch in batches for text in batch}) == 8_000
