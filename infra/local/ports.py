"""Who listens where."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ports:
    """Each may be set by a variable; of METRICS_PORT on, every tenth is taken."""

    gateway: int
    metrics: int
    prometheus: int
    flower: int
    s3: int

    @property
    def workers(self) -> tuple[int, int]:
        return self.metrics, self.metrics + 10

    @property
    def collector(self) -> int:
        return self.metrics + 20


def ports(env: Mapping[str, str] = os.environ) -> Ports:
    return Ports(
        gateway=int(env.get("PORT", 8000)),
        metrics=int(env.get("METRICS_PORT", 9100)),
        prometheus=int(env.get("PROMETHEUS_PORT", 9090)),
        flower=int(env.get("FLOWER_PORT", 5555)),
        s3=int(env.get("S3_PORT", 8333)),
    )


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
