"""SQL is one literal beside its function, fits the schema, and only reads where people look."""

import re
from pathlib import Path

import asyncpg
import pytest

from tests.architecture import sources
from tests.architecture.sources import ROOT, Statement
from zhusuo.db import Connection

# Starts servers and makes the databases themselves, which no prepared statement can.
MAKES_DATABASES = {"zhusuo.embedded"}
# SET TRANSACTION SNAPSHOT takes no parameters.
TAKES_NO_PARAMETERS = {"zhusuo.db"}
ROOMS = ROOT / "zhusuo" / "ports"
SIDE_EFFECT = re.compile(
    r"\b(nextval|setval|pg_notify|set_config|pg_(try_)?advisory\w*|lo_\w+|FOR (UPDATE|SHARE|NO KEY))"
)
EVERYTHING = re.compile(r"(?:SELECT|RETURNING|,)\s+(?:\w+\.)?\*")


def in_rooms(path: Path) -> bool:
    return path.is_relative_to(ROOMS)


def plan_kinds(plan: dict[str, object]) -> set[str]:
    below = plan.get("Plans", [])
    assert isinstance(below, list)
    return {str(plan["Node Type"])}.union(*(plan_kinds(each) for each in below))


def test_there_is_sql_to_look_at() -> None:
    assert len(sources.statements()) > 100
    assert any(in_rooms(each.module.path) for each in sources.statements())


def test_every_statement_is_one_literal() -> None:
    assert [
        each.where for each in sources.statements() if each.text is None and each.module.name not in TAKES_NO_PARAMETERS
    ] == []


def test_sql_is_sent_where_it_stands_on_a_variable_named_db() -> None:
    assert [
        where
        for module in sources.modules()
        if module.name not in MAKES_DATABASES
        for where in sources.hidden_sql(module)
    ] == []


def test_columns_are_spelled_out() -> None:
    assert [each.where for each in sources.statements() if each.text and EVERYTHING.search(each.text)] == []


async def test_every_statement_fits_the_schema(db: Connection) -> None:
    misfits = []
    for each in sources.statements():
        if each.text is None or each.module.name in MAKES_DATABASES:
            continue
        try:
            async with db.transaction():
                await db.prepare(each.text)
        except asyncpg.PostgresError as error:
            misfits.append(f"{each.where}: {error}")
    assert misfits == []


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("SELECT id FROM carriers WHERE id = $1", True),
        ("WITH gone AS (DELETE FROM units RETURNING id) SELECT id FROM gone", False),
        ("UPDATE carriers SET name = $1", False),
        ("SELECT nextval('carrier_numbers')", False),
        ("SELECT id FROM carriers FOR UPDATE", False),
        ("LISTEN zhusuo_tasks", False),
    ],
)
async def test_a_statement_that_writes_is_told_from_one_that_reads(db: Connection, text: str, reads: bool) -> None:
    assert await only_reads(db, text) is reads


async def test_rooms_only_read(db: Connection) -> None:
    writers: list[Statement] = [
        each
        for each in sources.statements()
        if in_rooms(each.module.path) and each.text and not await only_reads(db, each.text)
    ]
    assert [each.where for each in writers] == []


async def only_reads(db: Connection, text: str) -> bool:
    """Whether PostgreSQL's own plan for the statement changes and locks nothing."""
    if SIDE_EFFECT.search(text) or not text.lstrip().startswith(("SELECT", "WITH")):
        return False
    await db.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    await db.execute(f"PREPARE looked_at AS {text}")
    count = await db.fetchval(
        "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'looked_at'"
    )
    arguments = f"({', '.join(['NULL'] * count)})" if count else ""
    found = await db.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE looked_at{arguments}")
    await db.execute("DEALLOCATE looked_at")
    return not plan_kinds(found[0]["Plan"]) & {"ModifyTable", "LockRows"}
