"""The id in a batch's path."""

from typing import Annotated

from pydantic import AfterValidator

from domain.model.errors import BatchNotFound
from domain.use_cases.find_task import TASK_ID


def _well_formed(batch_id: str) -> str:
    """Nothing else reaches the ledger; the answer is that of any unknown id."""
    if not TASK_ID.fullmatch(batch_id):
        raise BatchNotFound
    return batch_id


BatchId = Annotated[str, AfterValidator(_well_formed)]
