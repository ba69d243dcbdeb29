import pytest

from adapters.inference.memory import MemoryInference
from tests.contract.clauses.inference import InferenceClauses

pytestmark = pytest.mark.anyio


class TestMemoryInference(InferenceClauses):
    @pytest.fixture
    def inference(self) -> MemoryInference:
        return MemoryInference(self.registry())
