"""What every model runner does, whatever the model."""

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest

from domain.model.errors import InferenceFailed
from domain.model.picture import Picture
from domain.model.runner import ModelRunner, RunnerInput, RunnerOutput


class CanceledError(Exception):
    """What the checkpoint of a task that was canceled raises."""


class RunnerClauses:
    """The binding gives the fixtures `kind`, a runner class that can be loaded on a CPU; `alike`,
    three different works that may share a batch; `apart`, works of which no two may, nor one with
    those of `alike`; and `held_bytes`, how much its weights take at least (0: it has none)."""

    @pytest.fixture
    def runner(self, kind: type[ModelRunner]) -> Iterator[ModelRunner]:
        runner = kind()
        runner.load("cpu")
        yield runner
        runner.release()

    def test_01_infer_before_load_is_refused(
        self, kind: type[ModelRunner], alike: Sequence[RunnerInput]
    ) -> None:
        runner = kind()
        with pytest.raises(InferenceFailed, match="not loaded"):
            runner.infer([runner.prepare(alike[0])])

    def test_02_a_batch_gives_each_item_its_own_result_in_order(
        self, runner: ModelRunner, alike: Sequence[RunnerInput]
    ) -> None:
        alone = [made(runner, work)[0] for work in alike]
        assert not any(same(*pair) for pair in combinations(alone, 2))
        for order in ([0, 1, 2], [2, 0, 1]):
            together = made(runner, *(alike[at] for at in order))
            assert all(same(one, alone[at]) for one, at in zip(together, order, strict=True))

    def test_03_one_bad_item_fails_alone(
        self, runner: ModelRunner, alike: Sequence[RunnerInput]
    ) -> None:
        """A batch may fail as a whole; its items, run alone, then tell whose fault it was."""
        expected = [made(runner, work)[0] for work in alike]
        bad = replace(alike[1], checkpoint=cancel)
        with pytest.raises(CanceledError):
            made(runner, alike[0], bad, alike[2])
        with pytest.raises(CanceledError):
            made(runner, bad)
        for at in (0, 2):
            assert same(made(runner, alike[at])[0], expected[at])

    def test_04_the_key_separates_what_must_not_share_a_batch(
        self, runner: ModelRunner, alike: Sequence[RunnerInput], apart: Sequence[RunnerInput]
    ) -> None:
        together = {runner.batch_key(runner.prepare(work)) for work in alike}
        assert len(together) == 1
        prepared = [runner.prepare(work) for work in apart]  # kept, so that no id comes twice
        assert len(together | {runner.batch_key(each) for each in prepared}) == 1 + len(apart)

    def test_05_the_same_work_twice_gives_the_same_twice(
        self, runner: ModelRunner, alike: Sequence[RunnerInput], apart: Sequence[RunnerInput]
    ) -> None:
        for work in (*alike, *apart):
            if runner.spec.deterministic(work.params):
                assert same(*made(runner, work, work))

    def test_06_release_gives_back_all_that_load_took(
        self, kind: type[ModelRunner], alike: Sequence[RunnerInput], held_bytes: int
    ) -> None:
        runner = kind()
        assert not list(arrays(runner))
        runner.load("cpu")
        made(runner, *alike)
        held = list(arrays(runner))
        assert sum(each.nbytes for each in held) >= held_bytes
        watched = [weakref.ref(each) for each in held]
        del held
        runner.release()
        gc.collect()
        assert not list(arrays(runner))
        assert [each for each in watched if each() is not None] == []

    def test_07_release_may_come_twice_and_load_again(
        self, kind: type[ModelRunner], alike: Sequence[RunnerInput]
    ) -> None:
        runner = kind()
        runner.release()
        runner.load("cpu")
        before = made(runner, alike[0])[0]
        runner.release()
        runner.release()
        with pytest.raises(InferenceFailed, match="not loaded"):
            made(runner, alike[0])
        runner.load("cpu")
        assert same(made(runner, alike[0])[0], before)
        runner.release()

    def test_08_every_item_reports_to_its_own_task_until_it_is_done(
        self, runner: ModelRunner, alike: Sequence[RunnerInput]
    ) -> None:
        heard: list[list[float]] = [[] for _ in alike]
        made(runner, *(replace(w, checkpoint=h.append) for w, h in zip(alike, heard, strict=True)))
        for shares in heard:
            assert shares == sorted(shares)
            assert shares[-1] == 1.0

    def test_09_what_comes_in_is_left_as_it_was(
        self, runner: ModelRunner, alike: Sequence[RunnerInput]
    ) -> None:
        before = [{role: p.pixels.copy() for role, p in w.pictures.items()} for w in alike]
        made(runner, *alike)
        for work, pictures in zip(alike, before, strict=True):
            assert all(
                np.array_equal(work.pictures[role].pixels, pictures[role]) for role in pictures
            )

    def test_10_a_probe_is_a_pass_of_its_own_and_nothing_before_load(
        self, kind: type[ModelRunner], alike: Sequence[RunnerInput]
    ) -> None:
        runner = kind()
        runner.probe()
        runner.load("cpu")
        before = made(runner, alike[0])[0]
        runner.probe()
        assert same(made(runner, alike[0])[0], before)
        runner.release()
        runner.probe()

    def test_11_the_spec_is_read_without_torch(self, kind: type[ModelRunner]) -> None:
        code = f"import sys, {kind.__module__}; sys.exit('torch' in sys.modules)"
        env = {"PYTHONPATH": ":".join(entry for entry in sys.path if entry)}
        done = subprocess.run([sys.executable, "-c", code], env=env, check=False, timeout=60)
        assert done.returncode == 0

    def test_12_the_spec_says_what_comes_out(
        self, runner: ModelRunner, alike: Sequence[RunnerInput]
    ) -> None:
        [output] = made(runner, alike[0])
        assert bool(output.pictures) == runner.spec.makes_picture
        for picture in output.pictures[:1] if runner.spec.scale else ():
            source = alike[0].pictures["image"]
            expected = source.height * runner.spec.scale, source.width * runner.spec.scale
            assert (picture.height, picture.width) == expected


def made(runner: ModelRunner, *works: RunnerInput) -> list[RunnerOutput]:
    """What one batch of `works` gives."""
    outputs = runner.infer([runner.prepare(work) for work in works])
    assert len(outputs) == len(works)
    return [runner.postprocess(output) for output in outputs]


def same(one: RunnerOutput, other: RunnerOutput) -> bool:
    """Equal but for the last level: another order of additions rounds otherwise."""
    return one.data == other.data and all(
        _alike(mine, theirs) for mine, theirs in zip(one.pictures, other.pictures, strict=True)
    )


def arrays(root: Any) -> Iterator[Any]:
    """Every array and tensor that `root` keeps alive, apart from what is global."""
    seen, todo = {id(root)}, [root]
    while todo:
        each = todo.pop()
        function = isinstance(each, FunctionType)
        for part in each.__closure__ or () if function else gc.get_referents(each):
            if id(part) in seen or isinstance(part, type | ModuleType):
                continue
            seen.add(id(part))
            todo.append(part)
            if isinstance(getattr(part, "nbytes", None), int):
                yield part


def cancel(_done: float) -> None:
    raise CanceledError


def _alike(mine: Picture, theirs: Picture) -> bool:
    if mine.pixels.shape != theirs.pixels.shape:
        return False
    return int(np.abs(mine.pixels.astype(int) - theirs.pixels).max()) <= 1
