"""What looks like a movie that was moved and is none, or may be none."""

import shutil
from pathlib import Path

import pytest
from moving_house import LONG_AGO, House, touch_all
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from media import moved_movie
from media.library.models import LibraryRoot, MediaFile, Movie
from media.movie import KnownMovie
from media.movie_scan import MovieScan, ScanSummary
from media.phases import ScanPhase
from media.sample.matroska import Clip, write_clip
from media.sample.movie_directory import VIDEO_NAME
from media.scan import leaving
from media.settings import LibrarySettings


@pytest.fixture
def new(root: Path) -> Path:
    return root / "more" / "Sintel (2010)"


def assert_is_new(house: House, summary: ScanSummary) -> None:
    """The movie that was known is where it was, and nobody is told anything of it."""
    assert (summary.movie_id, summary.moved_from) == (2, None)
    assert house.movies() == {house.old: False, Path(summary.directory): False}
    assert house.changes() == []


def add_library(house: House, name: str, **values: object) -> None:
    libraries = house.settings.libraries | {name: LibrarySettings.model_validate(values)}
    house.settings = house.settings.model_copy(update={"libraries": libraries})


def copy_row(house: House, directory: Path, **values: object) -> None:
    """Let the library know another movie with the same video."""
    with house.library.writing() as session:
        main = session.scalars(select(MediaFile).where(MediaFile.role == "main")).first()
        assert main
        common = {"title": "X", "nfo_state": "absent", "scanned_at": LONG_AGO}
        movie = Movie(directory=str(directory), created_at=LONG_AGO, **common | values)
        columns = ("role", "relative_path", "size", "mtime_ns", "content_hash")
        movie.files = [MediaFile(**{name: getattr(main, name) for name in columns})]
        session.add(movie)


def test_a_copy_is_another_movie(house: House, new: Path) -> None:
    shutil.copytree(house.old, new)
    assert_is_new(house, house.scan(new))


@pytest.mark.parametrize("name", ["Renamed.mkv", "Sintel.mkv.part", "Extras/Sintel.mkv", "x.bin"])
def test_a_copy_whose_original_has_another_name_is_another_movie(
    house: House, new: Path, name: str
) -> None:
    shutil.copytree(house.old, new)
    (house.old / name).parent.mkdir(exist_ok=True)
    (house.old / VIDEO_NAME).rename(house.old / name)
    assert_is_new(house, house.scan(new))


def test_an_original_that_the_configuration_leaves_out_is_there(house: House, root: Path) -> None:
    new = root / "more" / "Copy (2010)"
    shutil.copytree(house.old, new)
    phase = ScanPhase(ignore_patterns=("Sintel (2010)/**",))
    assert_is_new(house, MovieScan(new, house.settings, phase).run())


def test_a_link_to_the_copy_is_an_original(house: House, root: Path) -> None:
    new = house.old.with_name("Copy (2010)")
    shutil.copytree(house.old, new)
    (house.old / VIDEO_NAME).unlink()
    (house.old / VIDEO_NAME).symlink_to(new / VIDEO_NAME)
    assert_is_new(house, house.scan(new))


def test_another_video_is_another_movie(house: House, new: Path) -> None:
    house.move(new)
    size = (new / VIDEO_NAME).stat().st_size
    write_clip(new / VIDEO_NAME, Clip(audio_language="fre"))
    touch_all(new)
    assert (new / VIDEO_NAME).stat().st_size == size
    assert_is_new(house, house.scan(new))


def test_where_another_video_is_left_the_movie_is_not_gone(house: House, new: Path) -> None:
    house.move(new)
    house.old.mkdir()
    write_clip(house.old / "better.mkv", Clip(seconds=3))
    assert_is_new(house, house.scan(new))


@pytest.mark.parametrize("values", [{"role": "version"}, {"missing_since": LONG_AGO}])
def test_only_the_main_video_that_is_there_tells(
    house: House, new: Path, values: dict[str, object]
) -> None:
    with house.library.writing() as session:
        main = session.scalars(select(MediaFile).where(MediaFile.role == "main")).one()
        for name, value in values.items():
            setattr(main, name, value)
    house.move(new)
    assert_is_new(house, house.scan(new))


def test_where_a_video_is_on_its_way_the_movie_is_not_gone(house: House, new: Path) -> None:
    house.move(new)
    house.old.mkdir()
    (house.old / "better.mkv.partial~").write_bytes(b"as far as it has come")
    assert_is_new(house, house.scan(new))


def test_an_extra_is_no_movie_that_was_moved(house: House, root: Path) -> None:
    new = root / "more" / "Long (2012)"
    (new / "Shorts").mkdir(parents=True)
    write_clip(new / "Long (2012).mkv", Clip(seconds=3))
    (house.old / VIDEO_NAME).rename(new / "Shorts" / VIDEO_NAME)
    touch_all(new)
    shutil.rmtree(house.old)
    assert_is_new(house, house.scan(new))


@pytest.mark.parametrize("lost", ["everything", "anchor", "root", "mount"])
def test_from_a_disk_that_is_not_mounted_nothing_was_moved(
    house: House, root: Path, new: Path, lost: str
) -> None:
    anchor = ".mounted" if lost == "anchor" else ""
    add_library(house, "movies", path=root / "movies", anchor=anchor)
    house.move(new)
    if lost in ("everything", "root"):
        shutil.rmtree(root / "movies")
    if lost == "everything":
        (root / "movies").mkdir()
    if lost == "mount":
        with house.library.writing() as session:
            session.get_one(LibraryRoot, str(root / "movies")).is_mount_point = True
    assert_is_new(house, house.scan(new))


def test_another_disk_with_none_of_the_movies_proves_nothing(
    house: House, root: Path, new: Path
) -> None:
    house.move(new)
    with house.library.writing() as session:
        session.get_one(LibraryRoot, str(root / "movies")).device = -1
        movie = {"title": "X", "nfo_state": "absent", "created_at": LONG_AGO}
        session.add(Movie(directory=str(root / "movies" / "X"), scanned_at=LONG_AGO, **movie))
    assert house.scan(new).moved_from is None
    assert house.movies()[house.old] is False


def test_a_disk_that_goes_during_the_look_proves_nothing(
    house: House, root: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(house.old, new)

    def _unmounted(*arguments: object) -> bool:
        shutil.rmtree(root / "movies")
        return leaving.has_left(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(moved_movie, "has_left", _unmounted)
    assert_is_new(house, house.scan(new))


def test_what_may_not_be_seen_is_no_move(
    house: House, new: Path, bound_by_permissions: None
) -> None:
    shutil.copytree(house.old, new)
    house.old.chmod(0)
    try:
        assert_is_new(house, house.scan(new))
    finally:
        house.old.chmod(0o755)


def test_the_anchor_proves_a_disk_that_every_movie_has_left(
    house: House, root: Path, new: Path
) -> None:
    add_library(house, "movies", path=root / "movies", anchor=".mounted")
    house.move(new)
    shutil.rmtree(root / "movies")
    (root / "movies").mkdir()
    (root / "movies" / ".mounted").touch()
    assert house.scan(new).moved_from == str(house.old)


def test_a_library_may_have_another_path(house: House, root: Path) -> None:
    (root / "movies").rename(root / "films")
    house.settings = house.settings.model_copy(
        update={"libraries": {"movies": LibrarySettings(path=root / "films")}}
    )
    new = root / "films" / house.old.name
    assert house.scan(new).moved_from == str(house.old)


def test_of_two_movies_none_is_taken_but_the_one_with_the_id_that_is_said(
    house: House, root: Path, new: Path
) -> None:
    copy_row(house, root / "movies" / "Other", imdb_id="tt9999999")
    house.edit(imdb_id=None, tmdb_id=None)
    house.move(new)
    assert house.scan(new).moved_from is None
    again = new.rename(new.with_name("Again (2010)"))
    with house.library.writing() as session:
        session.delete(session.get_one(Movie, 3))
    summary = house.scan(again, KnownMovie(imdb_id="tt9999999"))
    assert (summary.movie_id, summary.moved_from) == (2, str(root / "movies" / "Other"))


def test_one_that_was_deleted_makes_way_for_one_that_was_not(
    house: House, root: Path, new: Path
) -> None:
    copy_row(house, root / "movies" / "Before", deleted_at=LONG_AGO, tmdb_id=7)
    house.move(new)
    assert house.scan(new).moved_from == str(house.old)


def test_a_clip_that_stands_in_for_many_movies_tells_none(
    house: House, root: Path, new: Path
) -> None:
    other = root / "movies" / "Other (2001)"
    shutil.copytree(house.old, other)
    copy_row(house, other, tmdb_id=7)
    house.move(new)
    assert house.scan(new).moved_from is None


@pytest.mark.parametrize("by", ["manager", "name"])
@pytest.mark.parametrize("is_locked", [False, True])
def test_other_ids_are_another_movies(
    house: House, root: Path, new: Path, by: str, is_locked: bool
) -> None:
    if is_locked:
        house.edit(locked_fields=["tmdb_id"])
    if by == "name":
        new = new.with_name("Sintel (2010) {tmdb-7}")
    house.move(new)
    summary = house.scan(new, KnownMovie(tmdb_id=7) if by == "manager" else None)
    if is_locked:
        assert (summary.movie_id, summary.is_another) == (1, False)
    else:
        assert_is_new(house, summary)


def test_the_search_goes_by_an_index(house: House, new: Path) -> None:
    statements: list[tuple[str, object]] = []

    def _note(_c: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        statements.append((statement, values))

    house.move(new)
    event.listen(Engine, "before_cursor_execute", _note)
    try:
        house.scan(new)
    finally:
        event.remove(Engine, "before_cursor_execute", _note)
    ((statement, values),) = [one for one in statements if "files.size IN" in one[0]]
    with house.library.reading() as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        assert "USING INDEX ix_files_size" in plan.all()[0].detail
