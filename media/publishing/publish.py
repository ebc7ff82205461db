"""Publish one movie."""

from datetime import UTC, datetime
from pathlib import Path

from media.disk import is_directory
from media.errors import MovieDirectoryMissingError, OutsideLibraryError
from media.library.database import Library
from media.library.mounted import ensure_mounted
from media.library_root import root_of
from media.phases import PublishPhase
from media.publishing.directory import MovieDirectory
from media.publishing.journal import Journal
from media.publishing.nfos import NfoWriter
from media.publishing.outcome import Outcome
from media.publishing.ownership import Ownership
from media.publishing.pictures import PictureWriter
from media.publishing.plan import Plan, make_plan
from media.publishing.recording import needs_recording, record
from media.publishing.stale import remove_stale
from media.publishing.summary import PublishSummary
from media.publishing.turn import turn_of
from media.settings import Settings


def publish(
    movie_id: int, settings: Settings, phase: PublishPhase, root_id: str | None = None
) -> PublishSummary:
    """Write what is known of a movie, and what was chosen for it, beside its video.

    What is there already as it should be is not touched. If anything was written or
    taken away, a row of `library_changes` says so to whoever tells the players;
    `root_id` is the job that began it all.

    Raises:
        MovieUnknownError: there is no such movie, or it was deleted.
        NoVideoError: the library knows of no video of it.
        OutsideLibraryError: its directory lies in no library, or links out of it.
        LibraryUnavailableError: the library's disk is not there.
        MovieDirectoryMissingError: its directory is not there.
        StillCopyingError: somebody wrote a file of the same name at the same moment.
        UnwritableDirectoryError, UnreadableFileError: no permission.
        DiskFullError: no room; what was written until then stays, each file whole.
    """
    library = Library(settings.library_database)
    with turn_of(movie_id, settings) as journal_path:
        with library.reading() as session:
            plan = make_plan(session, movie_id, settings, phase)
        _ensure_there(plan.directory, settings)
        journal = Journal.opened(journal_path, plan.published_at)
        outcome = _write_files(plan, phase, journal)
        if needs_recording(plan, outcome):
            with library.writing() as session:
                record(session, plan, outcome, root_id, datetime.now(UTC))
        journal.clear()
    return _summary(plan, outcome)


def _ensure_there(directory: Path, settings: Settings) -> None:
    root = root_of(directory, settings.roots())
    ensure_mounted(root, settings, but=directory)
    if not is_directory(directory):
        raise MovieDirectoryMissingError(f"the movie's directory {directory} is not there")
    if not directory.resolve().is_relative_to(root.resolve()):
        raise OutsideLibraryError(f"{directory} links to {directory.resolve()}, out of {root}")


def _write_files(plan: Plan, phase: PublishPhase, journal: Journal) -> Outcome:
    """Write the pictures, then the NFO, then take away what is stale."""
    outcome = Outcome()
    directory = MovieDirectory(plan.directory)
    ownership = Ownership(plan, directory, journal)
    directory.remove_leftovers()
    pictures = PictureWriter(plan, directory, phase, ownership, outcome)
    for wanted in plan.wanted:
        pictures.bring(wanted)
    # Players look for the pictures when they see the NFO, so it comes behind them.
    NfoWriter(plan, directory, phase, journal, outcome).bring_all()
    remove_stale(plan, directory, phase, ownership, outcome)
    return outcome


def _summary(plan: Plan, outcome: Outcome) -> PublishSummary:
    return PublishSummary(
        movie_id=plan.movie_id,
        directory=str(plan.directory),
        written=outcome.written,
        unchanged=outcome.unchanged,
        kept=outcome.kept,
        removed=outcome.removed,
        changed_by_others=outcome.changed_by_others,
        set_aside=outcome.set_aside,
        warnings=outcome.warnings,
    )
