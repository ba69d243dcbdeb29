"""The line in SQL. Who calls a function that writes has begun an IMMEDIATE transaction."""

from collections.abc import Iterator
from sqlite3 import Connection

from domain.model.priority import Priority
from domain.model.task import Task
from domain.model.turns import next_tenant, tier_of

LEAVE = "DELETE FROM line WHERE task_id = ?"
STAND = "INSERT OR REPLACE INTO line (task_id, tier, tenant) VALUES (?, ?, ?)"
FIRST_TENANT = "SELECT min(tenant) FROM line WHERE tier = ?"
LAST_TENANT = "SELECT max(tenant) FROM line WHERE tier = ?"
NEXT_TENANT = "SELECT min(tenant) FROM line WHERE tier = ? AND tenant > ?"
SERVED = "SELECT tenant, turn FROM served WHERE tier = ?"
SERVE = """
INSERT OR REPLACE INTO served (tier, tenant, turn)
VALUES (?, ?, 1 + (SELECT coalesce(max(turn), 0) FROM served WHERE tier = ?))"""
OLDEST = "SELECT min(task_id) FROM line WHERE tier = ? AND tenant = ?"
PLACE = "SELECT tier, tenant FROM line WHERE task_id = ?"
WAITING = "SELECT count(*) FROM line WHERE tier = ? AND tenant = ?"


def write(db: Connection, task: Task) -> None:
    """`task` as it is from now on."""
    tier = tier_of(task)
    if tier is None:
        db.execute(LEAVE, (task.task_id,))
    else:
        db.execute(STAND, (task.task_id, tier.value, task.tenant))


def undisputed(db: Connection, tier: Priority, own: str) -> bool:
    """Whether the task `own` may go without anybody losing a turn: nobody stands in line, or it
    does, and nobody but its tenant."""
    first, last = _one(db, FIRST_TENANT, tier.value), _one(db, LAST_TENANT, tier.value)
    return first is None or (first == last and _place(db, own) == (tier.value, first))


def take_turn(db: Connection, tier: Priority, own: str) -> str:
    """The id of the task whose turn it is, which is noted, or `own`."""
    tenants = list(_tenants(db, tier))
    if not tenants:
        return own
    tenant = next_tenant(tenants, dict(db.execute(SERVED, (tier.value,))))
    if len(tenants) > 1:
        db.execute(SERVE, (tier.value, tenant, tier.value))
    if _place(db, own) == (tier.value, tenant):
        return own
    return str(_one(db, OLDEST, tier.value, tenant))


def waiting(db: Connection, tenant: str) -> int:
    return sum(int(str(_one(db, WAITING, tier.value, tenant))) for tier in Priority)


def _tenants(db: Connection, tier: Priority) -> Iterator[str]:
    """One step of the index each, however long their lines are."""
    tenant = _one(db, FIRST_TENANT, tier.value)
    while tenant is not None:
        yield str(tenant)
        tenant = _one(db, NEXT_TENANT, tier.value, tenant)


def _place(db: Connection, task_id: str) -> tuple[str, str] | None:
    place: tuple[str, str] | None = db.execute(PLACE, (task_id,)).fetchone()
    return place


def _one(db: Connection, sql: str, *values: object) -> object:
    ((found,),) = db.execute(sql, values)
    return found
