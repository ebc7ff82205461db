"""The notices that wait for a player: read, and taken away once they are told."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from media.library.database import Library
from media.library.models import PlayerNotice
from media.players.recipients import Recipient


@dataclass(frozen=True)
class Notice:
    """What a row of `player_notices` says."""

    id: int
    directory: str
    files: tuple[str, ...]


def waiting_notices(library: Library, recipient: Recipient) -> list[Notice]:
    """Return what waits for `recipient` now, the oldest first."""
    chosen = (
        select(PlayerNotice)
        .where(PlayerNotice.player_group == recipient.group)
        .where(PlayerNotice.player.is_not_distinct_from(recipient.player))
        .order_by(PlayerNotice.id)
    )
    with library.reading() as session:
        return [Notice(row.id, row.directory, tuple(row.files)) for row in session.scalars(chosen)]


def newest_notice(library: Library, recipient: Recipient) -> int:
    """Return the id of the latest notice that waits for `recipient`, 0 where none does."""
    chosen = (
        select(func.max(PlayerNotice.id))
        .where(PlayerNotice.player_group == recipient.group)
        .where(PlayerNotice.player.is_not_distinct_from(recipient.player))
    )
    with library.reading() as session:
        return session.scalar(chosen) or 0


def take_away(library: Library, ids: Iterable[int]) -> None:
    """Delete exactly these: what came later has another id and stays."""
    rows = list(ids)
    if not rows:
        return
    with library.writing() as session:
        for start in range(0, len(rows), 500):
            chunk = rows[start : start + 500]
            session.execute(delete(PlayerNotice).where(PlayerNotice.id.in_(chunk)))
