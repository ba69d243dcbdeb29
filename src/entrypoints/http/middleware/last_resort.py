"""What nobody foresaw: the caller learns nothing of it, telemetry everything."""

import traceback

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.model.errors import InternalError
from domain.model.events import LoopFailed
from entrypoints.http.errors import problem
from entrypoints.http.exchange import exchange_of
from ports.telemetry import Telemetry


class LastResortMiddleware:
    """Inside the request-id and access middlewares, so that a 500 is named and counted too."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app, self._telemetry = app, telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except ClientDisconnect:
            return  # nobody is left to answer
        except Exception:
            self._tell(scope)
            if started:
                raise  # half an answer is out: the server has to break the connection
            await problem(scope, InternalError())(scope, receive, send)

    def _tell(self, scope: Scope) -> None:
        text = f"request {exchange_of(scope).request_id}\n{traceback.format_exc()}"
        self._telemetry.record(LoopFailed("http", text))
