"""Words are found by whoever may see them, on the page and at the place where they stand."""

import random
from dataclasses import replace
from uuid import UUID

import pytest

from tests import make
from zhusuo.db import Connection, Database
from zhusuo.dossiers import search, words
from zhusuo.errors import Invalid
from zhusuo.people.model import Actor, Role

HAN = [chr(code) for code in range(0x4E00, 0x9000)]
DEED = "不动产权证书\n权利人 上海澜岸置业有限公司\n坐落 徐汇区肇嘉浜路\n1366号 汇澜大厦"


async def filed(
    db: Connection,
    *,
    filer: Actor,
    carrier_id: UUID,
    text: str = DEED,
    submitted: bool = True,
    marked: bool = False,
    read: bool = True,
) -> UUID:
    filing_id = await make.filing(db, carrier_id=carrier_id, filer=filer, status="submitted" if submitted else "draft")
    document_id = await make.document(
        db,
        carrier_id=carrier_id,
        organisation_id=filer.organisation_id,
        filing_id=filing_id,
        kind="title_deed",
        submitted=submitted,
        marked_sensitive=marked,
    )
    await make.page(db, document_id=document_id, text=text, read=read, sensitive=not read)
    return document_id


async def ids(db: Connection, actor: Actor, text: str) -> list[UUID]:
    return [hit.document_id for hit in (await search.search(db, actor, text)).hits]


@pytest.fixture
async def filer(db: Connection) -> Actor:
    return await make.actor(db, role="manager")


@pytest.fixture
async def carrier_id(db: Connection, filer: Actor) -> UUID:
    return await make.carrier(db, name="汇澜大厦甲", manager=filer.organisation_id)


@pytest.fixture
async def clerk(db: Connection) -> Actor:
    return await make.actor(db, role="clerk")


@pytest.mark.parametrize("text", ["产权", "澜岸置业", "肇嘉浜路1366号", "１３６６", "13", "证", "汇澜大厦 权利人"])
async def test_a_page_is_found_by_what_stands_on_it(
    db: Connection, filer: Actor, carrier_id: UUID, clerk: Actor, text: str
) -> None:
    document_id = await filed(db, filer=filer, carrier_id=carrier_id)
    assert await ids(db, clerk, text) == [document_id]


@pytest.mark.parametrize("text", ["产证", "汇澜广场", "岸澜", "366", "权利人 广场"])
async def test_a_page_is_not_found_by_what_does_not(
    db: Connection, filer: Actor, carrier_id: UUID, clerk: Actor, text: str
) -> None:
    await filed(db, filer=filer, carrier_id=carrier_id)
    assert await ids(db, clerk, text) == []


async def test_a_hit_says_where_it_stands(db: Connection, filer: Actor, carrier_id: UUID, clerk: Actor) -> None:
    await filed(db, filer=filer, carrier_id=carrier_id)
    [hit] = (await search.search(db, clerk, "浜路1366")).hits
    assert (hit.carrier, hit.page, hit.snippet[1]) == ("汇澜大厦甲", 1, "浜路 1366")
    assert [box[1] for box in hit.boxes] == pytest.approx([0.3, 0.4])


async def test_nothing_asked_is_said(db: Connection, clerk: Actor) -> None:
    with pytest.raises(Invalid):
        await search.search(db, clerk, " ，。 ")
    with pytest.raises(Invalid):
        await search.search(db, clerk, "产权", after="x")


async def test_everybody_finds_their_own_alone(db: Connection, filer: Actor, carrier_id: UUID, clerk: Actor) -> None:
    draft = await filed(db, filer=filer, carrier_id=carrier_id, submitted=False)
    handed_in = await filed(db, filer=filer, carrier_id=carrier_id)
    assert set(await ids(db, filer, "产权")) == {draft, handed_in}
    assert await ids(db, clerk, "产权") == [handed_in]
    for stranger in (
        await make.actor(db, role="manager"),
        await make.actor(db, role="agent"),
        await make.actor(db, role="administrator"),
        await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT})),
        await make.actor(db, role="clerk", district_code="310101"),
    ):
        assert await ids(db, stranger, "产权") == []
    client = replace(clerk, role=Role.CLIENT, scopes=frozenset({"lookup"}))
    assert await ids(db, client, "产权") == []
    assert await ids(db, replace(client, scopes=frozenset({"documents"})), "产权") == [handed_in]


async def test_the_manager_of_the_house_finds_what_is_in_force_unless_it_was_marked(
    db: Connection, filer: Actor, carrier_id: UUID, clerk: Actor
) -> None:
    plain = await filed(db, filer=filer, carrier_id=carrier_id)
    marked = await filed(db, filer=filer, carrier_id=carrier_id, marked=True)
    unit_id = await make.unit(db, carrier_id=carrier_id)
    await make.version(db, carrier_id=carrier_id, unit_ids=[unit_id], document_ids=[plain, marked])
    await db.execute("UPDATE managements SET status = 'ended' WHERE carrier_id = $1", carrier_id)
    newcomer = await make.actor(db, role="manager")
    await make.management(db, carrier_id=carrier_id, organisation_id=newcomer.organisation_id)
    assert await ids(db, newcomer, "产权") == [plain]
    assert set(await ids(db, filer, "产权")) == {plain, marked}
    assert set(await ids(db, clerk, "产权")) == {plain, marked}


async def test_a_page_that_nobody_has_read_is_not_found(
    db: Connection, filer: Actor, carrier_id: UUID, clerk: Actor
) -> None:
    await filed(db, filer=filer, carrier_id=carrier_id, read=False)
    assert await ids(db, clerk, "产权") == []


async def test_hits_go_on_where_the_last_page_ended(
    db: Connection, filer: Actor, carrier_id: UUID, clerk: Actor
) -> None:
    filing_id = await make.filing(db, carrier_id=carrier_id, filer=filer, status="submitted")
    for _ in range(3):
        document_id = await make.document(
            db, carrier_id=carrier_id, organisation_id=filer.organisation_id, filing_id=filing_id, submitted=True
        )
        for page in (1, 2, 3):
            await make.page(db, document_id=document_id, page=page, text=DEED)
    everything = [(hit.document_id, hit.page) for hit in (await search.search(db, clerk, "产权", 50)).hits]
    walked: list[tuple[UUID, int]] = []
    after = None
    while True:
        found = await search.search(db, clerk, "产权", 2, after)
        walked += [(hit.document_id, hit.page) for hit in found.hits]
        after = found.after
        if after is None:
            break
    assert walked == everything
    assert len(walked) == 9


async def test_ten_thousand_documents_are_searched_through_the_index(
    fresh_database: Database,
) -> None:
    async with fresh_database.connection() as db:
        filer = await make.actor(db, role="manager")
        clerk = await make.actor(db, role="clerk")
        carrier_id = await make.carrier(db, manager=filer.organisation_id)
        wanted = await filed(db, filer=filer, carrier_id=carrier_id)
        filing_id = await make.filing(db, carrier_id=carrier_id, filer=filer, status="submitted")
        await db.execute(
            """
            WITH numbered AS (
                SELECT n, encode(sha256(n::text::bytea), 'hex') AS sha256
                  FROM generate_series(1, 10000) AS n
            ), stored AS (
                INSERT INTO blobs (sha256, size, media_type)
                     SELECT sha256, 1, 'application/pdf' FROM numbered
                  RETURNING sha256
            )
            INSERT INTO documents (sha256, carrier_id, district_code, organisation_id, filing_id, purpose, file_name,
                                   status, submitted_at)
                 SELECT stored.sha256, f.carrier_id, f.district_code, f.organisation_id, f.id, 'filing', 'x', 'read',
                        now()
                   FROM stored, filings AS f
                  WHERE f.id = $1
            """,
            filing_id,
        )
        # A page has some hundred words that others do not have, and some that all have.
        chance = random.Random(7)
        texts = [
            "房屋租赁合同" + "".join(chr(chance.randrange(0x4E00, 0x9000)) for _ in range(300)) for _ in range(200)
        ]
        await db.execute(
            """
            INSERT INTO document_pages (document_id, page, text, words, sensitive, read_at)
                 SELECT d.id, 1, t.text, t.words::tsvector, false, now()
                   FROM (SELECT id, row_number() OVER () AS n
                           FROM documents
                          WHERE filing_id = $1) AS d
                   JOIN unnest($2::text[], $3::text[]) WITH ORDINALITY AS t (text, words, n) ON t.n = 1 + d.n % 200
            """,
            filing_id,
            texts,
            [words.vector(text) for text in texts],
            timeout=600,
        )
        await db.execute("ANALYZE")
        await db.execute("LOAD 'auto_explain'")
        await db.execute("SET auto_explain.log_min_duration = 0")
        await db.execute("SET auto_explain.log_level = 'notice'")
        said: list[str] = []

        def listen(_: object, message: object) -> None:
            said.append(str(message))

        db.add_log_listener(listen)
        assert await ids(db, clerk, "澜岸置业") == [wanted]
        db.remove_log_listener(listen)
        assert "Index Scan on document_pages_words" in "".join(said)
        assert len((await search.search(db, clerk, "合同", 20)).hits) == 20
