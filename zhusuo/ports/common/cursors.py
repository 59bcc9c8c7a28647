"""翻页: where a list in the order of time goes on: the moment and the id of its last row."""

from datetime import UTC, datetime
from uuid import UUID

from zhusuo.errors import NotFound


def written(at: datetime, id_: UUID) -> str:
    return f"{at.timestamp():.6f}.{id_}"


def read(text: str) -> tuple[datetime, UUID] | None:
    """None for the first page. Raises NotFound for what is no cursor."""
    if not text:
        return None
    seconds, _, id_ = text.rpartition(".")
    try:
        return datetime.fromtimestamp(float(seconds), UTC), UUID(id_)
    except (ValueError, OverflowError, OSError) as error:
        raise NotFound("翻页位置无效，请从第一页重新看。") from error
