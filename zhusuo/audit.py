"""留痕: who did or saw what. Written in the business transaction; sealed in batches (see `sealing`)."""

from typing import Any, Protocol
from uuid import UUID

from zhusuo.db import Connection


class Who(Protocol):
    """What an entry keeps of the one who acts (a `people.model.Actor`, one storey up)."""

    @property
    def person_id(self) -> UUID | None: ...
    @property
    def client_id(self) -> UUID | None: ...
    @property
    def organisation_id(self) -> UUID: ...
    @property
    def district_code(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def case_number(self) -> str: ...


async def record(
    db: Connection,
    actor: Who | None,
    action: str,
    noun: str,
    noun_id: object,
    *,
    carrier_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one entry in the caller's transaction.

    `actor` is None for the system itself; `action` is the verb on the button
    (`submit`, `view_page`), `noun` the table's singular (`filing`, `document`). `detail` never holds an ID number,
    a phone number or the text of a document.
    """
    await db.execute(
        """
        INSERT INTO audit_entries
                    (person_id, client_id, organisation_id, action, noun, noun_id,
                     carrier_id, district_code, purpose, case_number, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        actor and actor.person_id,
        actor and actor.client_id,
        actor and actor.organisation_id,
        action,
        noun,
        str(noun_id),
        carrier_id,
        actor and actor.district_code,
        actor and (actor.purpose or None),
        actor and (actor.case_number or None),
        detail or {},
    )
