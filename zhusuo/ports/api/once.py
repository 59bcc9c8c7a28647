"""同一请求只办一次, over HTTP: the answer to an Idempotency-Key is kept as the bytes that were sent."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.status_codes import HTTP_201_CREATED

from zhusuo import idempotency
from zhusuo.db import Database
from zhusuo.people.model import Actor
from zhusuo.ports.api.answers import Answer


async def once(
    request: Request[Any, Any, Any],
    database: Database,
    actor: Actor,
    key: str,
    work: Callable[[Database], Awaitable[Answer]],
) -> Response[bytes]:
    """Do the work under this client's key, or give the very bytes it was answered before.

    The work is one transaction with the key. Raises KeyReused, StillWorking, and whatever the work raises.
    """

    async def answer(within: Database) -> idempotency.Answer:
        text = msgspec.json.encode(await work(within)).decode()
        return idempotency.Answer(status=HTTP_201_CREATED, body=text)

    route = f"{request.method} {request.url.path}"
    given = await idempotency.once(database, actor.id, key, route, await request.body(), answer)
    headers = {"Idempotency-Replayed": "true"} if given.repeated else {}
    return Response(given.body.encode(), status_code=given.status, media_type="application/json", headers=headers)
