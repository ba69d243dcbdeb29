"""A worker of nothing but pictures, to be killed: it says when its child is up, then decodes what
takes 5 s of processor time, of which the child may have one."""

import asyncio
import sys

from adapters.imaging.children.allowance import Allowance
from adapters.imaging.pillow import PillowImaging
from adapters.imaging.processes import ProcessImaging
from domain.model.picture import ImageLimits
from tests.contract.adapters.imaging.slow_files import slow_jpeg

LIMITS = ImageLimits(max_pixels=200_000_000)


async def work() -> None:
    imaging = ProcessImaging(PillowImaging(), 1, lambda *_: Allowance(1, 2 << 30))
    await imaging.start()
    await imaging.decode(slow_jpeg(side=16), LIMITS)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if "busy" in sys.argv:
        await imaging.decode(slow_jpeg(), LIMITS)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work())
