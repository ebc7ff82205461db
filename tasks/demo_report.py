"""How the demonstration shows a movie of the library."""

from collections.abc import Iterator, Sequence

from media.library.models import MediaFile, Movie, StreamRow


def report(movie: Movie) -> Iterator[str]:
    """Return the lines of the tables that show all the library has of `movie`."""
    files = [file for file in movie.files if file.missing_since is None]
    artworks = [artwork for artwork in movie.artworks if artwork.missing_since is None]
    yield from _section(
        "Movie",
        ("title", "year", "tmdb", "imdb", "nfo", "directory"),
        [(movie.title, movie.year, movie.tmdb_id, movie.imdb_id, movie.nfo_state, movie.directory)],
    )
    yield from _section(
        "Files",
        ("role", "file", "bytes", "container", "duration"),
        [
            (file.role, file.relative_path, file.size, file.container, _duration(file))
            for file in files
        ],
    )
    yield from _section(
        "Streams",
        ("of", "kind", "codec", "language", "details"),
        [
            (file.role, stream.kind, stream.codec, stream.language, _details(stream))
            for file in files
            for stream in file.streams
        ],
    )
    yield from _section(
        "Artwork",
        ("kind", "file", "size"),
        [(art.kind, art.relative_path, f"{art.width}x{art.height}") for art in artworks],
    )


def _identity(movie: Movie) -> Sequence[object]:
    ids = (movie.tmdb_id, movie.imdb_id)
    return (movie.title, movie.year, *ids, movie.nfo_state, movie.directory)


def _section(
    title: str, headings: Sequence[str], rows: Sequence[Sequence[object]]
) -> Iterator[str]:
    cells = [list(headings), *([_text(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    yield ""
    yield f"{title} ({len(rows)})"
    for row in [*cells[:1], ["-" * width for width in widths], *cells[1:]]:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(padded).rstrip()}"


def _text(value: object) -> str:
    return "-" if value is None else str(value)


def _duration(file: MediaFile) -> str | None:
    return None if file.duration_ms is None else f"{file.duration_ms / 1000:g} s"


def _details(stream: StreamRow) -> str | None:
    said = [
        f"{stream.width}x{stream.height}" if stream.width else "",
        f"{stream.frame_rate:g} fps" if stream.frame_rate else "",
        f"{stream.channels} ch" if stream.channels else "",
        f"{stream.sample_rate} Hz" if stream.sample_rate else "",
        "forced" if stream.is_forced else "",
        "for the hard of hearing" if stream.is_hearing_impaired else "",
    ]
    return ", ".join(word for word in said if word) or None
