"""How much room a device has."""

import sys

import pytest

from adapters.inference.device_memory import free_mb


def test_nobody_knows_on_a_cpu() -> None:
    assert free_mb("cpu") is None


def test_nobody_knows_before_torch_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert free_mb("cuda:0") is None


def test_what_torch_keeps_for_its_next_tensors_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    figures = {"mem_get_info": (3 * 2**20, 9), "memory_reserved": 7 * 2**20,
               "memory_allocated": 5 * 2**20}  # fmt: skip
    for name, figure in figures.items():
        monkeypatch.setattr(torch.cuda, name, lambda _device, figure=figure: figure)
    assert free_mb("cuda:0") == 5
