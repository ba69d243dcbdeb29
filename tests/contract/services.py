"""The servers and programs a binding needs. One that is missing is a visible skip at the desk, and
a failure where REQUIRE_SERVICES=1: there, green means that everything ran."""

import os
import random
import shutil
import socket
from contextlib import suppress
from typing import NoReturn
from urllib.parse import urlsplit

import pytest

PLACES = {
    "redis": ("REDIS_URL", "redis://127.0.0.1:6379/0"),
    "rabbitmq": ("BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//"),
}
PATIENCE_S = 2.0
SERVER_PORTS = (10_000, 32_000)


def require(service: str) -> str:
    """The URL of a running `redis` or `rabbitmq`: its variable's, or that of the usual port."""
    variable, usual = PLACES[service]
    url = os.environ.get(variable) or usual
    place = urlsplit(url)
    address = (place.hostname or "127.0.0.1", place.port or urlsplit(usual).port or 0)
    try:
        socket.create_connection(address, PATIENCE_S).close()
    except OSError as error:
        missing(f"no {service} at {address[0]}:{address[1]} ({variable}): {error}")
    return url


def require_program(name: str) -> str:
    """The path of a program that a test starts itself."""
    return shutil.which(name) or missing(f"the program {name} is not installed")


def missing(reason: str) -> NoReturn:
    """Skip, or fail where services are required."""
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(f"REQUIRE_SERVICES=1, but {reason}")
    pytest.skip(reason)


def free_port() -> int:
    """A port nobody listens on at this moment. Below those that the kernel gives to clients, so
    that no connection takes it while its server is down."""
    while True:
        port = random.randrange(*SERVER_PORTS)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
