"""What came of an enrichment."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class EnrichmentSummary:
    """What the library now knows of a movie.

    source: `tmdb` or `local`. matched_by: how TMDB's movie was found (`tmdb_id`, `imdb_id`,
    `search`), None when it was not. reidentified: it is another movie than before,
    so the artwork of the old one is gone. locked: the fields that were left alone.
    """

    movie_id: int
    title: str
    year: int | None
    tmdb_id: int | None
    imdb_id: str | None
    source: str
    matched_by: str | None
    reidentified: bool
    cast: int
    crew: int
    locked: list[str]
    warnings: list[str]

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)
