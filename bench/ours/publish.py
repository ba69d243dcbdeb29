"""`publish.py COUNT`: that many tasks in the ledger and in the queue, each noted as published."""

import asyncio
import sys

from submitting import submit_noops

from domain.use_cases.confirm_published import SETTLE_S
from entrypoints.background import started
from entrypoints.configuration import load_settings
from entrypoints.container.gateway import build_gateway


async def publish(wanted: int) -> None:
    container = build_gateway(load_settings())
    async with started(container.lifetimes()):
        await submit_noops(container.use_cases().submit, wanted)
        await asyncio.sleep(SETTLE_S)
        await container.confirm()()


if __name__ == "__main__":
    asyncio.run(publish(int(sys.argv[1])))
