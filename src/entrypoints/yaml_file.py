"""Reading YAML that people wrote."""

from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, ScalarNode


class DuplicateName(yaml.YAMLError):
    """Two values under one name: YAML libraries take the last one, and nobody knows why the
    first does nothing."""


class _Loader(yaml.SafeLoader):
    def compose_mapping_node(self, anchor: Any) -> MappingNode:
        node = super().compose_mapping_node(anchor)
        lines: dict[str, int] = {}
        for key in (key for key, _value in node.value if isinstance(key, ScalarNode)):
            line, first = key.start_mark.line + 1, lines.get(key.value)
            if first is not None:
                raise DuplicateName(f"line {line}: {key.value!r} is there already, in line {first}")
            lines[key.value] = line
        return node


def read_yaml(path: Path) -> Any:
    """What `path` holds. Raises `OSError`, `UnicodeDecodeError` and `YAMLError`."""
    return yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 (a SafeLoader)
