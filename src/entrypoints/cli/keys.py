"""`darkroom keys`: API keys of the service that these settings describe, running or not."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from domain.model.api_key import LIFE_S, PER_SECOND, Role
from domain.model.principal import TENANT
from domain.use_cases.create_key import KeyOrder
from entrypoints.background import started
from entrypoints.cli.faults import ExitStatus, Fault
from entrypoints.cli.streams import note, put, put_columns, put_json
from entrypoints.configuration import load_settings
from entrypoints.http.gateway import UseCases
from entrypoints.http.key_view import key_document

T = TypeVar("T")

DAY_S = 86_400

app = typer.Typer(help="Give out API keys, list and revoke them.", no_args_is_help=True)

Limit = typer.Option(min=1)


def _name(text: str | None) -> str | None:
    if text is not None and not TENANT.fullmatch(text):
        raise typer.BadParameter("letters, digits, dot, dash, underscore; at most 64")
    return text


@app.command("create")
def create(
    user: Annotated[str, typer.Argument(help="Whose key it is.", callback=_name)],
    tenant: Annotated[
        str | None, typer.Option(help="Whose tasks it sees; the user's own.", callback=_name)
    ] = None,
    role: Annotated[Role, typer.Option()] = Role.FREE,
    per_second: Annotated[int, Limit] = PER_SECOND,
    per_minute: Annotated[int | None, Limit] = None,
    daily_tasks: Annotated[int | None, Limit] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Until it expires.")] = int(LIFE_S)
    // DAY_S,
) -> None:
    """Make a key and show it, this once."""
    order = KeyOrder(
        user_id=user, tenant=tenant, role=role, per_second=per_second, per_minute=per_minute,
        daily_tasks=daily_tasks, life_s=days * DAY_S,
    )  # fmt: skip
    created = _with_keys(lambda use_cases: use_cases.create_key(order))
    key = key_document(created.key)
    note(f"key {key['key_id']} of {user} ({role.value}), until {key['expires_at']}")
    note("It is not kept and can't be shown again.")
    put(created.text)


@app.command("ls")
def list_keys(
    user: Annotated[str | None, typer.Option(help="Of this user alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Those that were given out, newest first; those of API_KEYS are not among them."""
    found = [key_document(key) for key in _with_keys(lambda use_cases: use_cases.list_keys(user))]
    if as_json:
        put_json({"data": found})
        return
    put_columns(
        ("KEY", "USER", "TENANT", "ROLE", "EXPIRES", "REVOKED"),
        [
            (key["key_id"], key["user_id"], key["tenant"], key["role"], key["expires_at"],
             key["revoked_at"] or "-")
            for key in found
        ],
    )  # fmt: skip


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="As `darkroom keys ls` shows it.")],
) -> None:
    """Every process refuses it from its next call on."""
    key = key_document(_with_keys(lambda use_cases: use_cases.revoke_key(key_id)))
    put(f"{key['key_id']}  revoked {key['revoked_at']}")


def _with_keys(act: Callable[[UseCases], Awaitable[T]]) -> T:
    """`act` on the open ledger, the only part of the service that keys need."""
    from entrypoints.container.gateway import build_gateway

    settings = load_settings()
    if settings.task_store == "memory":
        raise Fault(
            ExitStatus.CONFIGURATION, "These keys live in the memory of the service.",
            why="TASK_STORE=memory", fix="POST /v1/admin/keys, or TASK_STORE=sqlite or redis",
            more="darkroom config show",
        )  # fmt: skip
    container = build_gateway(settings)

    async def run() -> T:
        async with started(container.key_lifetimes()):
            return await act(container.use_cases())

    return asyncio.run(run())
