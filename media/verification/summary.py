"""What came of looking after the published files."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class VerificationSummary:
    """What was looked at, and what is not as it was written.

    lost: ids of the movies that lack files; publishing them again brings these back.
    changed_by_others: paths of files that somebody has changed, the first 1000 of them,
    all `changed`. skipped: how many files could not be judged, because a disk or a movie's
    directory is not there; `warnings` says which.
    """

    checked: int
    lost: list[int]
    missing: int
    changed: int
    changed_by_others: list[str]
    skipped: int
    warnings: list[str]

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)
