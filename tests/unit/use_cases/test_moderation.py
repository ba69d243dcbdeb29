"""A prompt is judged before anything is written down, whoever brings it."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.model.errors import ContentFiltered, InvalidRequest
from domain.use_cases.read_submission import Submission
from domain.use_cases.submit_batch import BatchItem, BatchSubmission
from entrypoints.configuration import ConfigurationError
from entrypoints.container.moderation import build_moderation
from entrypoints.settings import Settings
from ports.task_store import TaskQuery
from tests.unit.use_cases.house import House
from tests.unit.use_cases.runners import EchoRunner

pytestmark = pytest.mark.anyio


class Painter(EchoRunner):
    spec = replace(
        EchoRunner.spec, name="painter", needs=frozenset({"prompt"}),
        takes=frozenset({"negative_prompt"}),
    )  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> House:
    (tmp_path / "deny.txt").write_text("gore\n")
    house = House(moderation_deny_file=tmp_path / "deny.txt")
    house.container.models().register(Painter)
    return house


def submission(prompt: str, **more: str) -> Submission:
    return Submission(tenant="default", model="painter", input={"prompt": prompt, **more})


async def nothing_was_kept(house: House) -> bool:
    found = await house.container.store().list(TaskQuery(tenant="default", limit=9))
    return not found and sum((await house.container.queue().depth()).values()) == 0


async def test_a_refused_prompt_is_told_and_nothing_is_kept(house: House) -> None:
    with pytest.raises(ContentFiltered) as refused:
        await house.container.use_cases().submit(submission("a Gore feast"))
    [fault] = refused.value.errors
    assert (fault.pointer, fault.code) == ("/input/prompt", "content_filtered")
    assert not refused.value.retryable
    assert await nothing_was_kept(house)


async def test_what_a_picture_is_to_be_without_may_be_named(house: House) -> None:
    asked = submission("a feast", negative_prompt="gore")
    assert (await house.container.use_cases().submit(asked)).task


async def test_a_batch_names_each_item_that_is_refused(house: House) -> None:
    prompts = ["a feast", "gore", "fruit", "more gore"]
    batch = BatchSubmission(
        tenant="default", items=[BatchItem(asked=submission(each)) for each in prompts]
    )
    with pytest.raises(InvalidRequest) as refused:
        await house.container.use_cases().submit_batch(batch)
    assert [(fault.pointer, fault.code) for fault in refused.value.errors] == [
        ("/items/1/input/prompt", "content_filtered"),
        ("/items/3/input/prompt", "content_filtered"),
    ]
    assert await nothing_was_kept(house)


async def test_a_list_that_grew_holds_for_a_retry_too(house: House, tmp_path: Path) -> None:
    task = (await house.container.use_cases().submit(submission("a feast"))).task
    await house.process(task)
    (tmp_path / "deny.txt").write_text("feast\n")
    again = House(moderation_deny_file=tmp_path / "deny.txt")
    again.container.models().register(Painter)
    again.container.override_providers(store=house.container.store)
    with pytest.raises(ContentFiltered):
        await again.container.use_cases().retry("default", task.task_id)


async def test_without_a_list_everything_may_be_asked_for() -> None:
    house = House()
    house.container.models().register(Painter)
    assert (await house.container.use_cases().submit(submission("gore"))).task


def test_a_list_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, moderation_deny_file=tmp_path / "gone")
    with pytest.raises(ConfigurationError, match=r"MODERATION_DENY_FILE: .*gone can't be read"):
        build_moderation(settings)
