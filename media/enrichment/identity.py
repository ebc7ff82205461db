"""What a movie is known by, before anybody is asked."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from media.library.models import Movie
from media.movie import FileRole


@dataclass(frozen=True)
class Identity:
    """What the library says of who a movie is, and its NFOs, the first to be read first."""

    tmdb_id: int | None
    imdb_id: str | None
    title: str
    original_title: str | None
    year: int | None
    is_fixed: bool
    nfos: tuple[Path, ...]


def identity_of(movie: Movie) -> Identity:
    """Return what the movie is known by; a person who locked an id has fixed it."""
    return Identity(
        tmdb_id=movie.tmdb_id,
        imdb_id=movie.imdb_id,
        title=movie.title,
        original_title=movie.original_title,
        year=movie.year,
        is_fixed="tmdb_id" in movie.locked_fields,
        nfos=tuple(_nfos_of(movie)),
    )


def _nfos_of(movie: Movie) -> list[Path]:
    there = [file for file in movie.files if file.missing_since is None]
    main = [PurePosixPath(file.relative_path).stem for file in there if file.role == FileRole.MAIN]
    # As the scan and the players prefer them; a version's comes after its movie's.
    preferred = ["movie.nfo", *(f"{stem.casefold()}.nfo" for stem in main)]

    def _rank(name: str) -> int:
        folded = name.casefold()
        return preferred.index(folded) if folded in preferred else len(preferred)

    names = [file.relative_path for file in there if file.role == FileRole.NFO]
    return [Path(movie.directory) / name for name in sorted(names, key=_rank)]
