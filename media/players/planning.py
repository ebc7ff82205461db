"""Turn what changed in the libraries into what each player has to be told."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from media.library.database import Library
from media.library.models import LibraryChange, Movie, PlayerNotice
from media.phases import PlayerSyncPhase
from media.players.recipients import (
    Recipient,
    library_of,
    players_of,
    recipients,
    recipients_of,
)
from media.settings import PlayerType, Settings

_log = logging.getLogger(__name__)

_Key = tuple[Recipient, str]


@dataclass(frozen=True)
class _Draft:
    """A notice to be: the last change of a directory, and the files of all of them."""

    last: LibraryChange
    files: list[str]


@dataclass(frozen=True)
class PlannedNotice:
    """A player that something waits for: one job of its type.

    `player` is the first Kodi of `group` where its Kodis share a library.
    """

    group: str
    player: str
    type: PlayerType


def plan_notices(settings: Settings, phase: PlayerSyncPhase) -> list[PlannedNotice]:
    """Give every player concerned a notice of what changed; returns whom something waits for.

    One transaction. A directory has one notice for each recipient: with one that
    waits already the files are united and the later change counts, so what was
    deleted stays so until it is updated. With `phase.notify` off the changes
    are dropped, and the log says of each that nobody was told.
    """
    with Library(settings.library_database).writing() as session:
        changes = session.scalars(select(LibraryChange).order_by(LibraryChange.id)).all()
        waiting = _waiting(session, settings)
        if not phase.notify:
            _drop(changes)
        else:
            _replace(session, waiting, _merged(settings, changes, waiting))
        session.execute(delete(LibraryChange))
        return _planned(settings, session) if phase.notify else []


def _waiting(session: Session, settings: Settings) -> dict[_Key, PlayerNotice]:
    """Return the notices that wait; those of players that are no more are dropped."""
    present = set(recipients(settings))
    waiting = {}
    for notice in session.scalars(select(PlayerNotice)):
        recipient = Recipient(notice.player_group, notice.player)
        if recipient in present:
            waiting[recipient, notice.directory] = notice
        else:
            session.delete(notice)
    return waiting


def _merged(
    settings: Settings, changes: Iterable[LibraryChange], waiting: Mapping[_Key, PlayerNotice]
) -> dict[_Key, _Draft]:
    """Return what is to be said of the directories that changed, with what waits already."""
    drafts: dict[_Key, _Draft] = {}
    for change in changes:
        library = library_of(settings, Path(change.directory))
        if library is None:
            _log.warning("no player is told of %s: no library holds it", change.directory)
            continue
        for recipient in recipients_of(settings, library[0]):
            key = recipient, change.directory
            before = drafts.get(key) or waiting.get(key)
            files = {*(before.files if before else ()), *change.files}
            drafts[key] = _Draft(change, sorted(files))
    return drafts


def _replace(
    session: Session, waiting: Mapping[_Key, PlayerNotice], drafts: Mapping[_Key, _Draft]
) -> None:
    movies = set(session.scalars(select(Movie.id)))
    for key in drafts.keys() & waiting.keys():
        session.delete(waiting[key])
    rows = [
        {
            "player_group": recipient.group,
            "player": recipient.player,
            "directory": directory,
            "change": draft.last.change,
            "files": draft.files,
            "movie_id": draft.last.movie_id if draft.last.movie_id in movies else None,
            "created_at": draft.last.created_at,
        }
        for (recipient, directory), draft in drafts.items()
    ]
    if rows:
        session.execute(insert(PlayerNotice), rows)


def _drop(changes: Iterable[LibraryChange]) -> None:
    for change in changes:
        _log.info("no player is told of %s (%s)", change.directory, change.change)


def _planned(settings: Settings, session: Session) -> list[PlannedNotice]:
    told = select(PlayerNotice.player_group, PlayerNotice.player).distinct()
    waiting = {Recipient(group, player) for group, player in session.execute(told)}
    return [
        PlannedNotice(recipient.group, name, settings.players[name].type)
        for recipient in recipients(settings)
        if recipient in waiting
        for name in players_of(settings, recipient)[:1]
    ]
