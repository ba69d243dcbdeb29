import signal

import pytest
from hypothesis import settings

# Clauses are inherited by the bindings: their asserts should explain themselves too.
pytest.register_assert_rewrite("tests.contract.clauses")

# A busy machine is no defect, so no example has a deadline; a failure prints how to repeat it.
settings.register_profile("darkroom", deadline=None, print_blob=True, max_examples=50)
settings.load_profile("darkroom")

# `nohup`, or a script's `&`, has whoever it starts ignore these, and so all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
