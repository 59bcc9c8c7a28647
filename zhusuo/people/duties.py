"""What time does to people's rows: sessions, failures, counts, tickets and keys that no longer matter go."""

from zhusuo.db import Database


async def forget(database: Database) -> None:
    """Delete sessions and tickets a day after their end, failures and counts after an hour, keys after a week."""
    async with database.transaction() as db:
        await db.execute(
            """
            DELETE FROM sessions
                  WHERE expires_at < now() - interval '1 day'
                     OR ended_at < now() - interval '1 day'
            """
        )
        await db.execute(
            """
            DELETE FROM tickets
                  WHERE greatest(expires_at, panel_expires_at) < now() - interval '1 day'
            """
        )
        await db.execute(
            """
            DELETE FROM sign_in_failures
                  WHERE at < now() - interval '1 hour'
            """
        )
        await db.execute(
            """
            DELETE FROM client_usage
                  WHERE minute < now() - interval '1 hour'
            """
        )
        await db.execute(
            """
            DELETE FROM idempotency_keys
                  WHERE created_at < now() - interval '7 days'
            """
        )
