"""Somebody else's package: one module with a model, and the entry point that names it."""

from pathlib import Path
from shutil import copy


def install(site: Path, module: Path, runner: str) -> None:
    """What pip leaves behind in `site`. `runner`: the name of the class in `module`."""
    name = f"outside_{module.stem}"
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    copy(module, site / f"{name}.py")
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[darkroom.runners]\nmodel = {name}:{runner}\n")
