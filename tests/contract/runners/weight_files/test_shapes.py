"""What a file of weights holds is told without torch, and without running what it says."""

import io
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from adapters.runners.weight_files.shapes import read_shapes
from adapters.runners.weight_files.tensors import read_tensors
from domain.model.errors import ModelUnavailable

TENSORS = {
    "float": torch.rand(2, 3),
    "half": torch.rand(4).half(),
    "brain": torch.rand(3, 1).bfloat16(),
    "count": torch.tensor(7),
    "view": torch.rand(6, 4).t()[1:, ::2],
    "parameter": torch.nn.Parameter(torch.rand(2)),
}
SHAPES = {"float": (2, 3), "half": (4,), "brain": (3, 1), "count": (), "view": (3, 3),
          "parameter": (2,)}  # fmt: skip
KINDS = ["new.safetensors", "new.pth", "old.pth"]


def saved(path: Path) -> Path:
    if path.suffix == ".safetensors":
        save_file({name: each.detach().contiguous() for name, each in TENSORS.items()}, path)
    else:
        torch.save(TENSORS, path, _use_new_zipfile_serialization=path.stem == "new")
    return path


@pytest.mark.parametrize("name", KINDS)
def test_names_and_shapes_are_those_that_torch_loads(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path / name)
    assert dict(read_shapes(path)) == SHAPES
    tensors, sha256 = read_tensors(path)
    assert len(sha256) == 64
    assert tensors.keys() == SHAPES.keys()
    assert all(torch.equal(tensors[key], TENSORS[key]) for key in TENSORS)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("left", [0, 3, 60, 0.3, 0.9, -1])
def test_a_file_that_was_cut_short_is_told(tmp_path: Path, name: str, left: float) -> None:
    """The last byte counts too: a download that broke off must not pass for a model."""
    path = saved(tmp_path / name)
    whole = path.read_bytes()
    kept = int(left * len(whole)) if 0 < left < 1 else int(left) % len(whole)
    path.write_bytes(whole[:kept])
    with pytest.raises(ModelUnavailable, match="is cut short, damaged"):
        read_shapes(path)
    with pytest.raises(ModelUnavailable, match="is cut short, damaged"):
        read_tensors(path)


class Attack:
    """Makes a folder where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def zipped(data: bytes, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/version", "3")


@pytest.mark.parametrize("form", ["zip", "row", "first"])
def test_a_pickle_that_would_run_code_is_refused_by_name_and_runs_none(
    tmp_path: Path, form: str
) -> None:
    path, trace = tmp_path / "evil.pth", tmp_path / "trace"
    attack = {"conv_first.weight": Attack(trace)}
    if form == "zip":
        zipped(pickle.dumps(attack, 2), path)
    elif form == "row":
        torch.save(attack, path, _use_new_zipfile_serialization=False)
    else:
        path.write_bytes(pickle.dumps(Attack(trace), 2))
    for read in (read_shapes, read_tensors):
        with pytest.raises(ModelUnavailable) as raised:
            read(path)
        assert raised.value.detail == (
            f"evil.pth is refused: loading it would run {os.mkdir.__module__}.mkdir."
        )
    assert not trace.exists()


@pytest.mark.parametrize(
    "name", ["torch.load", "builtins.eval", "torch._utils._import_dotted_name"]
)
def test_torchs_own_functions_are_no_way_around(tmp_path: Path, name: str) -> None:
    module, _, function = name.rpartition(".")
    path = tmp_path / "evil.pth"
    zipped(f"c{module}\n{function}\n(Vx\ntR.".encode(), path)
    with pytest.raises(ModelUnavailable, match=f"would run {name}"):
        read_shapes(path)


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"<html>not found</html>", pickle.dumps([1, 2]), b"\x80\x02N."],
    ids=["empty", "zip", "page", "list", "none"],
)  # fmt: skip
def test_what_is_no_weights_file_at_all_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "page.pth"
    path.write_bytes(data)
    with pytest.raises(ModelUnavailable, match=r"page\.pth is cut short, damaged, or not what"):
        read_shapes(path)


def test_a_huge_pickle_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", io.BytesIO(b"(" * (65 * 2**20)).getvalue())
    with pytest.raises(ModelUnavailable):
        read_shapes(path)


def test_a_missing_file_is_named_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable) as raised:
        read_shapes(tmp_path / "gone.pth")
    assert raised.value.detail == "There is no weights file gone.pth in MODELS_DIR."


def test_another_kind_of_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"model\.onnx is no weights file"):
        read_shapes(tmp_path / "model.onnx")


@pytest.mark.parametrize(
    "head", [b"{}", b"[]", b"{", b'{"a": 1}', b'{"a": {"shape": [2], "data_offsets": [0, 9]}}'],
    ids=["empty", "list", "cut", "number", "longer"],
)  # fmt: skip
def test_a_wrong_head_of_safetensors_is_told(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(len(head).to_bytes(8, "little") + head + bytes(8))
    with pytest.raises(ModelUnavailable, match="is cut short, damaged"):
        read_shapes(path)


def test_shapes_are_read_without_torch(tmp_path: Path) -> None:
    paths = [str(saved(tmp_path / name)) for name in KINDS]
    code = (
        "import sys, pathlib\n"
        "from adapters.runners.weight_files.shapes import read_shapes\n"
        "sizes = {len(read_shapes(pathlib.Path(name))) for name in sys.argv[1:]}\n"
        "sys.exit(bool({'torch', 'numpy'} & set(sys.modules)) or sizes != {6})"
    )
    env = {"PYTHONPATH": ":".join(entry for entry in sys.path if entry)}
    done = subprocess.run([sys.executable, "-c", code, *paths], env=env, check=False, timeout=60)
    assert done.returncode == 0
