"""The LoRA files that this server has, told without torch: the gateway asks too."""

from collections.abc import Mapping
from pathlib import Path

SUFFIX = ".safetensors"


def known_loras(folder: str | None) -> Mapping[str, Path]:
    """The files of `folder` by their names, as they lie there now."""
    if folder is None:
        return {}
    try:
        files = [each for each in Path(folder).iterdir() if each.suffix == SUFFIX]
    except OSError:
        return {}
    return {each.stem: each for each in files if each.is_file()}
