import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asset_pictures import encoded, picture
from sqlalchemy import select

from media.discovery import DiscoverySummary, discover_assets
from media.errors import LibraryUnavailableError, MovieDirectoryMissingError, MovieUnknownError
from media.images import inspect_image
from media.library.database import Library
from media.library.models import Artwork, MediaFile, Movie
from media.movie_scan import MovieScan
from media.phases import ScanPhase
from media.sample.matroska import Clip, write_clip
from media.settings import Settings

Discover = Callable[[], DiscoverySummary]


@pytest.fixture
def discover(movie_id: int, settings: Settings) -> Discover:
    return lambda: discover_assets(movie_id, settings)


def artworks(library: Library) -> dict[str, Artwork]:
    with library.reading() as session:
        return {row.relative_path: row for row in session.scalars(select(Artwork))}


def test_artwork_actors_and_trailers_are_found_and_measured(
    movie_directory: Path, library: Library, discover: Discover
) -> None:
    (movie_directory / ".actors").mkdir()
    (movie_directory / ".actors" / "Amélie_Ünal.jpg").write_bytes(encoded(picture(5, (300, 450))))
    (movie_directory / ".actors" / ".hidden.jpg").write_bytes(encoded(picture(5)))
    (movie_directory / "clearlogo.png").write_bytes(encoded(picture(6, (400, 155)), "PNG"))
    (movie_directory / "extrafanart").mkdir()
    (movie_directory / "extrafanart" / "1.webp").write_bytes(encoded(picture(7), "WEBP"))
    (movie_directory / "holiday.jpg").write_bytes(encoded(picture(8)))
    summary = discover()
    assert summary.artworks == {"clearlogo": 1, "fanart": 2, "poster": 1}
    assert (summary.actors, summary.trailers, summary.read, summary.warnings) == (1, 1, 6, [])
    rows = artworks(library)
    assert {path: (row.kind, row.width, row.height) for path, row in rows.items()} == {
        ".actors/Amélie_Ünal.jpg": ("actor", 300, 450),
        "clearlogo.png": ("clearlogo", 400, 155),
        "extrafanart/1.webp": ("fanart", 200, 300),
        "fanart.png": ("fanart", 320, 180),
        "poster.png": ("poster", 200, 300),
    }
    logo = inspect_image(movie_directory / "clearlogo.png", 10**8)
    assert rows["clearlogo.png"].perceptual_hash == logo.perceptual_hash
    with library.reading() as session:
        trailer = session.scalars(select(MediaFile)).one()
        assert trailer.relative_path.endswith("-trailer.mkv")
        assert (trailer.role, trailer.duration_ms, trailer.container) == (
            "trailer",
            1000,
            "Matroska",
        )


def test_only_what_changed_is_read_again(
    movie_directory: Path, library: Library, discover: Discover
) -> None:
    assert discover().read == 3
    before = {path: row.id for path, row in artworks(library).items()}
    assert discover().read == 0
    (movie_directory / "poster.png").write_bytes(encoded(picture(3, (500, 750)), "PNG"))
    assert discover().read == 1
    rows = artworks(library)
    assert {path: row.id for path, row in rows.items()} == before
    assert rows["poster.png"].width == 500
    # The same size in bytes, at another time.
    os.utime(movie_directory / "poster.png", ns=(1, 1))
    assert discover().read == 1
    write_clip(next(movie_directory.glob("*-trailer.mkv")), Clip(seconds=2, subtitle_language=None))
    assert discover().read == 1
    with library.reading() as session:
        assert session.scalars(select(MediaFile.duration_ms)).all() == [2000]


def test_a_scan_in_between_is_no_reason_to_read_or_to_forget(
    movie_directory: Path, library: Library, settings: Settings, discover: Discover
) -> None:
    def seen() -> dict[str, tuple[object, ...]]:
        rows = artworks(library)
        return {path: (row.perceptual_hash, row.missing_since) for path, row in rows.items()}

    (movie_directory / ".actors").mkdir()
    (movie_directory / ".actors" / "A_B.jpg").write_bytes(encoded(picture(5)))
    discover()
    before = seen()
    assert len(before) == 3
    MovieScan(movie_directory, settings).run()
    assert seen() == before
    assert discover().read == 0
    assert seen() == before


def test_what_a_scan_leaves_out_is_left_out(
    movie_directory: Path, settings: Settings, movie_id: int
) -> None:
    (movie_directory / "Extras").mkdir()
    (movie_directory / "banner.gif").write_bytes(encoded(picture(), "GIF"))
    phase = ScanPhase(ignore_patterns=("**/fanart.*",), image_extensions=("jpg", "png"))
    assert discover_assets(movie_id, settings, phase).artworks == {"poster": 1}
    assert discover_assets(movie_id, settings).artworks == {"banner": 1, "fanart": 1, "poster": 1}


def test_a_broken_picture_is_a_warning_every_time_and_read_once(
    movie_directory: Path, library: Library, discover: Discover
) -> None:
    (movie_directory / "banner.jpg").write_bytes(encoded(picture())[:2000])
    assert discover().read == 4
    again = discover()
    assert again.read == 0
    assert again.warnings == ["banner.jpg cannot be read: it is damaged or too large"]
    row = artworks(library)["banner.jpg"]
    assert (row.kind, row.width, row.perceptual_hash) == ("banner", None, None)
    (movie_directory / "banner.jpg").write_bytes(encoded(picture()))
    assert discover().warnings == []
    assert artworks(library)["banner.jpg"].width == 200


def test_a_broken_trailer_is_a_warning(movie_directory: Path, discover: Discover) -> None:
    next(movie_directory.glob("*-trailer.mkv")).write_bytes(b"no video")
    assert [warning.split(" cannot")[0][-12:] for warning in discover().warnings] == [
        "-trailer.mkv"
    ]


def test_a_picture_that_went_is_marked_and_comes_back(
    movie_directory: Path, library: Library, discover: Discover
) -> None:
    discover()
    content = (movie_directory / "poster.png").read_bytes()
    (movie_directory / "poster.png").unlink()
    assert discover().artworks == {"fanart": 1}
    assert artworks(library)["poster.png"].missing_since is not None
    (movie_directory / "poster.png").write_bytes(content)
    discover()
    assert artworks(library)["poster.png"].missing_since is None


def test_a_directory_of_actors_is_not_followed_elsewhere(
    movie_directory: Path, root: Path, discover: Discover
) -> None:
    (root / "elsewhere").mkdir()
    (root / "elsewhere" / "Someone.jpg").write_bytes(encoded(picture()))
    (movie_directory / ".actors").symlink_to(root / "elsewhere")
    assert discover().actors == 0


def test_pictures_are_found_where_no_video_is(
    movie_directory: Path, library: Library, discover: Discover
) -> None:
    for video in movie_directory.glob("*.mkv"):
        video.unlink()
    assert discover().artworks == {"fanart": 1, "poster": 1}


def test_a_library_that_is_not_mounted_loses_nothing(
    movie_directory: Path, root: Path, library: Library, discover: Discover
) -> None:
    discover()
    (root / "movies").rename(root / "away")
    with pytest.raises(LibraryUnavailableError):
        discover()
    (root / "movies").mkdir()
    with pytest.raises(LibraryUnavailableError):
        discover()
    (root / "movies" / "other").mkdir()
    with pytest.raises(MovieDirectoryMissingError):
        discover()
    assert {row.missing_since for row in artworks(library).values()} == {None}


def test_a_movie_that_is_gone_is_unknown(
    library: Library, settings: Settings, movie_id: int, discover: Discover
) -> None:
    with pytest.raises(MovieUnknownError, match="no movie 77"):
        discover_assets(77, settings)
    with library.writing() as session:
        session.get_one(Movie, movie_id).deleted_at = datetime.now(UTC)
    with pytest.raises(MovieUnknownError, match="was deleted"):
        discover()


def test_progress_is_told(movie_id: int, settings: Settings) -> None:
    told: list[tuple[int, int, str]] = []
    discover_assets(movie_id, settings, progress=lambda *step: told.append(step))
    assert [step[:2] for step in told] == [(0, 3), (1, 3), (2, 3)]
    assert [step[2] for step in told[:2]] == ["fanart.png", "poster.png"]
