"""A RabbitMQ node of a test's own, to be killed, started again and starved. Ready in 5 to 10 s."""

import os
import select
import signal
import subprocess
from pathlib import Path

from tests.contract.services import free_port
from tests.servers.process import ServerProcess, listens

START_LIMIT_S, CTL_LIMIT_S, KILL_LIMIT_S = 60.0, 30.0, 30.0
DEBIAN_BIN = Path("/usr/lib/rabbitmq/bin")
"""What lies on the PATH there insists on a user and a home of its own."""

CONF = """\
listeners.tcp.1 = 127.0.0.1:{port}
loopback_users = none
disk_free_limit.absolute = 1MB
"""


class RabbitmqServer:
    """Keeps everything in `folder`, the Erlang cookie included."""

    def __init__(self, program: str, folder: Path, port: int) -> None:
        self.url = f"amqp://guest:guest@127.0.0.1:{port}//"
        self._port, self._folder = port, folder
        self._bin = DEBIAN_BIN if DEBIAN_BIN.is_dir() else Path(program).parent
        self._node = f"test-{port}@localhost"
        (folder / "rabbitmq.conf").write_text(CONF.format(port=port))
        (folder / "plugins").write_text("[].")
        self._env = [
            "env", f"HOME={folder}", f"RABBITMQ_NODENAME={self._node}",
            f"RABBITMQ_MNESIA_BASE={folder / 'mnesia'}", f"RABBITMQ_LOG_BASE={folder / 'log'}",
            f"RABBITMQ_CONFIG_FILE={folder / 'rabbitmq.conf'}",
            f"RABBITMQ_ENABLED_PLUGINS_FILE={folder / 'plugins'}",
            f"RABBITMQ_PID_FILE={folder / 'pid'}", f"RABBITMQ_DIST_PORT={free_port()}",
        ]  # fmt: skip
        self.start()

    def start(self) -> None:
        (self._folder / "pid").unlink(missing_ok=True)
        self._process = ServerProcess(
            [*self._env, self._bin / "rabbitmq-server"], self._folder / "out.log"
        )
        self._process.wait_until(lambda: listens(self._port), START_LIMIT_S)

    def kill(self) -> None:
        """As kill -9, of the node itself and not of the script around it. Back once the node is
        gone: until then it holds its port, and a start would take it for the new one."""
        node = os.pidfd_open(int((self._folder / "pid").read_text()))
        signal.pidfd_send_signal(node, signal.SIGKILL)
        self._process.kill()
        gone, _, _ = select.select([node], [], [], KILL_LIMIT_S)
        os.close(node)
        if not gone:
            raise RuntimeError(f"{self._node} still runs {KILL_LIMIT_S} s after its kill")

    def starve(self) -> None:
        """Out of memory, as far as it knows: from now on it reads nothing that is published."""
        self._ctl("set_vm_memory_high_watermark", "absolute", "1")

    def feed(self) -> None:
        self._ctl("set_vm_memory_high_watermark", "0.4")

    def _ctl(self, *words: str) -> None:
        subprocess.run(
            [*self._env, self._bin / "rabbitmqctl", "-q", "-n", self._node, *words],
            check=True, timeout=CTL_LIMIT_S, capture_output=True,
        )  # fmt: skip
