"""通知: what a person should know or do, in an inbox of their organisation."""

from uuid import UUID

from zhusuo.db import Connection


async def send(
    db: Connection,
    organisation_id: UUID,
    kind: str,
    title: str,
    link: str,
    *,
    body: str = "",
    person_id: UUID | None = None,
    carrier_id: UUID | None = None,
) -> None:
    """Put a notice into an organisation's inbox, in the caller's transaction; `link` is a path of ours."""
    await db.execute(
        """
        INSERT INTO notices (organisation_id, person_id, kind, title, body, link, carrier_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        organisation_id,
        person_id,
        kind,
        title,
        body,
        link,
        carrier_id,
    )
