"""What only the folder promises: modes, links, crashes, a disk that says no."""

import os
import stat
from pathlib import Path

import pytest

from adapters.blobs import files
from adapters.blobs.local import LocalBlobStore
from domain.model.errors import StorageUnavailable
from domain.model.links import LinkSigner
from ports.blob_store import Blob

pytestmark = pytest.mark.anyio
SIGNER = LinkSigner(b"a secret for tests only")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "data"


@pytest.fixture
async def store(root: Path) -> LocalBlobStore:
    store = LocalBlobStore(root, SIGNER)
    await store.start()
    return store


def modes(root: Path) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {"folder": set(), "file": set()}
    for path in (root, *root.rglob("*")):
        found["folder" if path.is_dir() else "file"].add(stat.S_IMODE(path.stat().st_mode))
    return found


async def test_people_find_files_under_their_keys(store: LocalBlobStore, root: Path) -> None:
    await store.put("results/t/x.png", b"pixels", "image/png")
    assert [p.name for p in (root / "results/t").iterdir()] == ["x.png"]
    assert (root / "results/t/x.png").read_bytes() == b"pixels"


async def test_only_their_owner_may_read_them(store: LocalBlobStore, root: Path) -> None:
    await store.put("inputs/t/image", b"pixels", "image/png")
    assert modes(root) == {"folder": {0o700}, "file": {0o600}}


async def test_files_outlive_the_process(store: LocalBlobStore, root: Path) -> None:
    await store.put("inputs/t/image", b"pixels", "image/png")
    assert await LocalBlobStore(root, SIGNER).get("inputs/t/image") == Blob(b"pixels", "image/png")


@pytest.mark.parametrize("key", ["door/secret", "door/new", "window"])
async def test_a_link_inside_does_not_lead_out(
    store: LocalBlobStore, root: Path, tmp_path: Path, key: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"s")
    (root / "door").symlink_to(outside)
    (root / "window").symlink_to(outside / "secret")
    for attempt in (
        store.get(key),
        store.put(key, b"x", "image/png"),
        store.delete(key),
        store.delete("door/"),
    ):
        with pytest.raises(StorageUnavailable):
            await attempt
    assert [(p.name, p.read_bytes()) for p in outside.iterdir()] == [("secret", b"s")]


async def test_a_ring_of_links_is_an_answer_too(store: LocalBlobStore, root: Path) -> None:
    (root / "ring").symlink_to(root / "ring")
    with pytest.raises(StorageUnavailable):
        await store.get("ring/x")


async def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "disk")
    store = LocalBlobStore(tmp_path / "data", SIGNER)
    await store.start()
    await store.put("a/x.png", b"1", "image/png")
    assert (tmp_path / "disk/a/x.png").read_bytes() == b"1"


async def test_a_failed_write_leaves_the_old_file_and_no_scrap(
    store: LocalBlobStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.put("a/x.png", b"old", "image/png")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(StorageUnavailable) as caught:
        await store.put("a/x.png", b"new", "image/png")
    assert isinstance(caught.value.__cause__, OSError)
    assert str(root) not in caught.value.detail
    assert [(p.name, p.read_bytes()) for p in (root / "a").iterdir()] == [("x.png", b"old")]


async def test_folders_that_were_removed_are_made_again(store: LocalBlobStore, root: Path) -> None:
    await store.put("a/b/x.png", b"1", "image/png")
    await store.delete("a/")
    await store.put("a/b/x.png", b"2", "image/png")
    await store.delete("a/")
    await store.put("a/c/x.png", b"3", "image/png")
    assert (root / "a/c/x.png").read_bytes() == b"3"


async def test_bytes_reach_the_disk_before_their_name_does(
    store: LocalBlobStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, rename = os.fsync, os.replace

    def noted_sync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def noted_rename(old: str, new: Path) -> None:
        steps.append("rename")
        rename(old, new)

    monkeypatch.setattr(files.os, "fsync", noted_sync)
    monkeypatch.setattr(files.os, "replace", noted_rename)
    await store.put("a/b/x.png", b"1", "image/png")
    assert steps == ["file", "rename", "folder", "folder", "folder"]
    steps.clear()
    await store.put("a/b/y.png", b"1", "image/png")
    assert steps == ["file", "rename", "folder"], "the folders are on the disk already"


async def test_start_names_the_setting_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageUnavailable, match="DATA_DIR"):
        await LocalBlobStore(tmp_path / "file" / "data", SIGNER).start()


async def test_ping_notices_a_folder_that_went_away(store: LocalBlobStore, root: Path) -> None:
    await store.ping()
    os.rename(root, root.with_name("gone"))
    with pytest.raises(StorageUnavailable):
        await store.ping()
