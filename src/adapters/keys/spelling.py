"""A key's row as JSON, and back."""

import json

from adapters.compact_json import compact_json
from domain.model.api_key import ApiKey
from domain.model.errors import StorageUnavailable
from domain.model.record_json import record_from_json, record_to_json


def spelt(key: ApiKey) -> str:
    return compact_json(record_to_json(key)).decode()


def read(body: str | bytes) -> ApiKey:
    """Raises `StorageUnavailable` for a damaged row."""
    try:
        return record_from_json(ApiKey, json.loads(body))
    except ValueError as error:
        raise StorageUnavailable from error
