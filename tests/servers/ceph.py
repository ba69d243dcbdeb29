"""A real S3 server without a container engine: Ceph's RADOS gateway over one monitor and one OSD
that keeps its objects in memory.

Debian has it: apt-get install --no-install-recommends ceph-mon ceph-osd radosgw ceph-common.
Ready in about 2 s, 200 MB of memory, 40 MB on disk.
"""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

from tests.servers.process import ServerProcess, listens
from tests.servers.s3_account import S3Account

PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
STEP_LIMIT_S = 60.0

# The OSD is not to register itself: where authentication is off it sometimes speaks before it
# knows the cluster's id, is refused ("wrong fsid") and ends. And by default the monitor collects
# changes of its maps for a second before it publishes them: ten seconds over a whole start.
_CONF = """\
[global]
fsid = {fsid}
run dir = {folder}
log file = {folder}/$name.log
admin socket =
auth cluster required = none
auth service required = none
auth client required = none
mon initial members = a
mon host = v1:127.0.0.1:{mon_port}
public addr = 127.0.0.1
mon data = {folder}/mon
mon data avail crit = 1
mon allow pool size one = true
paxos propose interval = 0.02
paxos min wait = 0.01
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 1G
osd crush update on start = false
osd class update on start = false
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
rgw data = {folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:{rgw_port}
"""


@contextmanager
def ceph_rgw(folder: Path, mon_port: int, rgw_port: int) -> Iterator[S3Account]:
    """A cluster in the empty `folder`. It is killed at the end: an OSD takes its time to stop."""
    account = S3Account(rgw_port)
    with ExitStack() as stack:
        _start_cluster(stack, folder, mon_port, rgw_port)
        gateway = _daemon(stack, folder, "radosgw", "-n", "client.rgw.a")
        _run(
            folder, "radosgw-admin", "user", "create", "--uid", "tests", "--display-name", "tests",
            "--access-key", account.access_key, "--secret", account.secret_key,
        )  # fmt: skip
        gateway.wait_until(lambda: listens(rgw_port), STEP_LIMIT_S)
        yield account


def _start_cluster(stack: ExitStack, folder: Path, mon_port: int, rgw_port: int) -> None:
    fsid, osd_id, monmap = str(uuid4()), str(uuid4()), str(folder / "monmap")
    facts = {"fsid": fsid, "folder": folder, "mon_port": mon_port, "rgw_port": rgw_port}
    (folder / "ceph.conf").write_text(_CONF.format(**facts))
    for name in ("mon", "osd", "rgw"):
        (folder / name).mkdir()
    monitor = f"[v1:127.0.0.1:{mon_port}]"
    _run(folder, "monmaptool", "--create", "--fsid", fsid, "--addv", "a", monitor, monmap)
    _run(folder, "ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap)
    _daemon(stack, folder, "ceph-mon", "-i", "a")
    _run(folder, "ceph", "osd", "new", osd_id)
    _run(folder, "ceph", "osd", "crush", "add", "osd.0", "1.0", "root=default", "host=here")
    _run(folder, "ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd_id)
    _daemon(stack, folder, "ceph-osd", "-i", "0")


def _run(folder: Path, program: str, *arguments: str) -> None:
    command = [program, "-c", str(folder / "ceph.conf"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=STEP_LIMIT_S)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")


def _daemon(stack: ExitStack, folder: Path, program: str, *arguments: str) -> ServerProcess:
    command = [program, "-c", str(folder / "ceph.conf"), "-f", *arguments]
    server = ServerProcess(command, folder / f"{program}.out")
    stack.callback(server.kill)
    return server
