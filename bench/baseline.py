"""The product's own web process with one more door: SELECT 1 behind the same authentication, quota and audit.

    python -m bench.baseline

Served like `zhusuo serve`; never part of the product.
"""

from litestar import get
from litestar.di import NamedDependency

from zhusuo import audit, serve
from zhusuo.console import run, settings_of_environment
from zhusuo.db import Database
from zhusuo.people.model import Actor
from zhusuo.ports.common.policy import POLICY, token

PATH = "/api/v1/bench/select-1"


@get(PATH, name="bench.select_1", include_in_schema=False)
async def select_1(database: NamedDependency[Database], actor: NamedDependency[Actor]) -> dict[str, int]:
    async with database.connection() as db:
        one: int = await db.fetchval("SELECT 1")
        await audit.record(db, actor, "lookup", "address", "SELECT 1", detail={"address": "SELECT 1"})
    return {"one": one}


def main() -> None:
    POLICY["bench.select_1"] = token("lookup")
    serve.ROOMS.append(select_1)
    run(serve.serve(settings_of_environment()))


if __name__ == "__main__":
    main()
