import io
import json
from collections.abc import Sequence

import pytest

from adapters.telemetry.structured_log import LogTelemetry, configure_logging
from ports.telemetry import Telemetry
from tests.contract.clauses.telemetry import TelemetryClauses


class LogClauses(TelemetryClauses):
    format: str

    def telemetry(self) -> Telemetry:
        self.stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        return LogTelemetry(configure_logging("debug", self.format, self.stream))

    def held(self, telemetry: Telemetry) -> Sequence[str]:
        """A line leaves at once, so nothing is held."""
        return []

    def written(self) -> list[str]:
        return self.stream.buffer.getvalue().decode().splitlines()  # type: ignore[attr-defined]


class TestJsonLog(LogClauses):
    format = "json"

    def labels(self, telemetry: Telemetry) -> Sequence[str]:
        """Names of fields and events: whoever stores the lines makes an index of each."""
        lines = [json.loads(line) for line in self.written()]
        return [name for line in lines for name in (*line, line["event"], line["level"])]


class TestConsoleLog(LogClauses):
    format = "console"

    def labels(self, telemetry: Telemetry) -> Sequence[str]:
        """The names of events, each at the start of a line; a text's further lines are indented."""
        lines = [line for line in self.written() if not line.startswith("    ")]
        return [line.split("] ", 1)[1].split(" ", 1)[0] for line in lines]


@pytest.fixture(autouse=True)
def _no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
