import pytest

# Clauses are inherited by the bindings: their asserts should explain themselves too.
pytest.register_assert_rewrite("tests.contract.clauses")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
