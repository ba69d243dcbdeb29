"""What JSON can say."""

from typing import Any

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict of these."""
