from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.imaging.pillow import PillowImaging
from ports.imaging import Imaging
from tests.contract.clauses.imaging import DecodingClauses
from tests.contract.clauses.imaging_encoding import EncodingClauses
from tests.contract.clauses.imaging_marking import MarkingClauses
from tests.contract.tiny_font import tiny_font


@pytest.fixture
async def imaging(tmp_path: Path) -> AsyncIterator[Imaging]:
    (tmp_path / "boxes.ttf").write_bytes(tiny_font())
    adapter = PillowImaging(threads=2, fonts=tmp_path)
    await adapter.start()
    yield adapter
    await adapter.aclose()


# Pillow warns about broken EXIF; the service ignores that, as the adapter asks it to.
@pytest.mark.filterwarnings("ignore::UserWarning")
class TestDecoding(DecodingClauses):
    pass


class TestEncoding(EncodingClauses):
    pass


class TestMarking(MarkingClauses):
    pass
