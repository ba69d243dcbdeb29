from collections.abc import AsyncIterator

import pytest

from adapters.imaging.pillow import PillowImaging
from adapters.imaging.processes import ProcessImaging
from ports.imaging import Imaging
from tests.contract.clauses.imaging import DecodingClauses
from tests.contract.clauses.imaging_encoding import EncodingClauses
from tests.contract.clauses.imaging_marking import MarkingClauses
from tests.contract.tiny_font import tiny_font


@pytest.fixture(scope="module")
async def imaging(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Imaging]:
    """One for all clauses: two interpreters for each would be most of the time."""
    fonts = tmp_path_factory.mktemp("fonts")
    (fonts / "boxes.ttf").write_bytes(tiny_font())
    adapter = ProcessImaging(PillowImaging(threads=2, fonts=fonts), processes=2)
    await adapter.start()
    yield adapter
    await adapter.aclose()


class TestDecoding(DecodingClauses):
    pass


class TestEncoding(EncodingClauses):
    pass


class TestMarking(MarkingClauses):
    pass
