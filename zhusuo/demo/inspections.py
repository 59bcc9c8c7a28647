"""核查 of the demo: some in every status, with photographs, a draw that anybody can recompute, plates in a street."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from PIL import Image, ImageDraw

from zhusuo.carriers.model import CarrierKind
from zhusuo.db import Connection
from zhusuo.inspections import actions, draws, plates, risks
from zhusuo.inspections.model import Cause, NewFinding, NewInspection, Outcome, Position
from zhusuo.people.model import Actor
from zhusuo.serve import Things

QUESTION = "看门口招牌、里面有没有人，物业名册对不对"
FINDINGS = (
    (Outcome.FOUND_THERE, "", "前台有人，营业执照挂在墙上"),
    (Outcome.NOBODY, "", "门锁着，信箱塞满，邻居说年初就搬走了"),
    (Outcome.OTHER_BUSINESS, "衡山路咖啡", "招牌和人都是咖啡馆的"),
    (Outcome.REFUSED, "", "前台不让进，说负责人不在"),
)


@dataclass(frozen=True, kw_only=True)
class _Place:
    registration_id: UUID
    carrier_id: UUID
    unit_id: UUID
    applicant: str


async def load(things: Things, supervisor: Actor, colleague: Actor, day: date) -> None:
    """Over what is registered in the office's subdistricts already; nothing where there is too little."""
    async with things.database.connection() as db:
        places = await _places(db, supervisor)
    for each, said in zip(places, FINDINGS, strict=False):
        await _found(things, supervisor, each, said, day)
    others = places[len(FINDINGS) :]
    for number, each in enumerate(others[:4]):
        await _open(things, supervisor, colleague, each, number, day)
    await _draw(things, supervisor, len(places), day)
    async with things.database.connection() as db:
        streets = await _streets(db, supervisor)
    for carrier_id in streets:
        await plates.issue(things.database, supervisor, carrier_id)
    await risks.weigh(things.database, day)


async def _found(things: Things, supervisor: Actor, place: _Place, said: tuple[Outcome, str, str], day: date) -> None:
    outcome, other, note = said
    inspection_id = await actions.plan(things.database, supervisor, _new(place, day, 5), day=day)
    await actions.start(things.database, supervisor, inspection_id)
    finding = NewFinding(
        id=uuid4(),
        outcome=outcome,
        other_business=other,
        note=note,
        found_at=datetime.now(UTC),
        position=Position(latitude=31.1956, longitude=121.4372, accuracy_m=14.0),
        photo_count=1,
    )
    await actions.record_finding(things.database, supervisor, inspection_id, finding)
    await actions.receive_photo(
        things.database,
        things.store,
        things.settings,
        supervisor,
        inspection_id,
        finding.id,
        "门口.jpg",
        _bytes(_door(note, outcome is Outcome.FOUND_THERE)),
    )


async def _open(things: Things, supervisor: Actor, colleague: Actor, place: _Place, number: int, day: date) -> None:
    """One planned, one assigned to each of the two, one called off."""
    inspection_id = await actions.plan(things.database, supervisor, _new(place, day, 6 + 7 * number), day=day)
    if number == 1:
        await actions.assign(things.database, supervisor, inspection_id, _id(supervisor), _id(colleague))
    elif number == 2:
        await actions.assign(things.database, supervisor, inspection_id, _id(colleague), _id(supervisor))
        await actions.start(things.database, colleague, inspection_id)
    elif number == 3:
        await actions.cancel(things.database, supervisor, inspection_id, "企业已办理迁出，不必再看。")


def _id(actor: Actor) -> UUID:
    assert actor.person_id is not None  # noqa: S101 - a person of ours
    return actor.person_id


def _new(place: _Place, day: date, days: int) -> NewInspection:
    return NewInspection(
        carrier_id=place.carrier_id,
        unit_id=place.unit_id,
        registration_id=place.registration_id,
        cause=Cause.MANUAL,
        question=QUESTION,
        due_on=day + timedelta(days=days),
    )


async def _draw(things: Things, supervisor: Actor, registered: int, day: date) -> None:
    if registered < 12:
        return
    draw_id = await draws.commit(things.database, supervisor, "辖区住所年度抽查")
    await draws.freeze(things.database, supervisor, draw_id, count=6)
    await draws.draw(things.database, supervisor, draw_id, day=day)


async def _places(db: Connection, supervisor: Actor) -> list[_Place]:
    rows = await db.fetch(
        """
        SELECT r.id AS registration_id, r.carrier_id, r.unit_id, r.applicant
          FROM registrations AS r
          JOIN carriers AS c ON c.id = r.carrier_id
         WHERE r.status = 'registered'
           AND NOT r.contested
           AND c.subdistrict_code = ANY ($1::text[])
      ORDER BY r.id
         LIMIT 40
        """,
        sorted(supervisor.subdistricts),
    )
    return [_Place(**dict(row)) for row in rows]


async def _streets(db: Connection, supervisor: Actor) -> list[UUID]:
    rows = await db.fetch(
        """
        SELECT id
          FROM carriers
         WHERE kind = $1
           AND subdistrict_code = ANY ($2::text[])
      ORDER BY number
         LIMIT 1
        """,
        CarrierKind.STREET,
        sorted(supervisor.subdistricts),
    )
    return [row["id"] for row in rows]


def _door(note: str, is_open: bool) -> bytes:
    """A drawing of a door in place of a photograph; no two are the same."""
    shade = 80 + sum(map(ord, note)) % 120
    picture = Image.new("RGB", (960, 720), (shade, shade + 10, shade + 20))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((300, 120, 660, 720), fill="#d9c7a5" if is_open else "#5b4632", outline="#2b2018", width=8)
    pen.rectangle((340, 160, 620, 260), fill="#f4f1ea", outline="#2b2018", width=4)
    pen.ellipse((600, 420, 632, 452), fill="#c9a227")
    found = io.BytesIO()
    picture.save(found, "JPEG", quality=88)
    return found.getvalue()


async def _bytes(content: bytes) -> AsyncIterator[bytes]:
    yield content
