"""Take away what we wrote and no longer want."""

from pathlib import PurePosixPath

from media.phases import PublishPhase
from media.publishing.choices import NFO, is_published
from media.publishing.directory import MovieDirectory
from media.publishing.names import without_ending
from media.publishing.outcome import Outcome
from media.publishing.ownership import Ownership
from media.publishing.plan import Plan, Published
from media.scan.file_names import is_video


def remove_stale(
    plan: Plan,
    directory: MovieDirectory,
    phase: PublishPhase,
    ownership: Ownership,
    outcome: Outcome,
) -> None:
    """Remove the files of earlier choices that are still exactly as we wrote them.

    What somebody has changed is theirs from now on. The NFO of a video that is there and is
    left out now stays too: what others have put into it is nowhere else.
    """
    for row in plan.published.values():
        is_wanted = row.relative_path in outcome.records or row.relative_path in outcome.protected
        if is_wanted or not is_published(row.kind, phase) or _has_its_video(row, directory):
            continue
        outcome.gone.add(row.relative_path)
        if not _is_another_spelling(row, directory, outcome):
            _remove(row, directory, ownership, outcome)


def _has_its_video(row: Published, directory: MovieDirectory) -> bool:
    if row.kind != NFO:
        return False
    name = without_ending(row.relative_path).casefold()
    beside = directory.files(str(PurePosixPath(row.relative_path).parent))
    return any(is_video(one) and without_ending(one).casefold() == name for one in beside)


def _remove(
    row: Published, directory: MovieDirectory, ownership: Ownership, outcome: Outcome
) -> None:
    path = row.relative_path
    if row.is_adopted:
        return
    if ownership.is_ours(path):
        directory.remove(path)
        outcome.removed.append(path)
    elif directory.is_taken(path):
        outcome.changed_by_others.append(path)
    elif not row.missing:
        outcome.removed.append(path)  # by a run that was killed, or by somebody


def _is_another_spelling(row: Published, directory: MovieDirectory, outcome: Outcome) -> bool:
    """Whether the file is one that is wanted, on a disk where case does not count."""
    same = [path for path in outcome.records if path.casefold() == row.relative_path.casefold()]
    return any(directory.is_same(path, row.relative_path) for path in same)
