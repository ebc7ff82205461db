"""What came of publishing a movie."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class PublishSummary:
    """The files of a movie, relative to its directory, by what came of them.

    written: they are new or have new content; also what an earlier run wrote and could
    not record before it was killed. unchanged: as they should be already. kept: somebody
    else's, where one of ours would have gone. removed: ours, and no longer chosen.
    changed_by_others: ours once, and changed since; of these an NFO is merged and the
    rest left alone. set_aside: where files went that gave way to ours.
    """

    movie_id: int
    directory: str
    written: list[str]
    unchanged: list[str]
    kept: list[str]
    removed: list[str]
    changed_by_others: list[str]
    set_aside: list[str]
    warnings: list[str]

    @property
    def changed(self) -> bool:
        """Whether players have anything to be told."""
        return bool(self.written or self.removed)

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return {**asdict(self), "changed": self.changed}
