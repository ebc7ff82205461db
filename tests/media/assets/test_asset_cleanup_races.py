import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asset_library import NOW, Offering
from asset_pictures import encoded, picture
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from kept_files import Kept, refer
from picture_server import PictureServer
from sqlalchemy import delete, select

from media.cache import intact_file
from media.cleanup import cleanup_cache_orphans, expiration, expire_soft_deleted
from media.library.database import Library
from media.library.models import CacheFile, Candidate, Movie
from media.phases import EnrichmentPhase
from media.selection import select_assets
from media.settings import Settings


def content(number: int) -> bytes:
    return f"content {number}".encode()


def key(number: int) -> str:
    return hashlib.sha256(content(number)).hexdigest()


class Deeds:
    """What may happen to four contents of a cache."""

    def __init__(self, settings: Settings, kept: Kept, movie_id: int) -> None:
        self.settings, self.kept, self.movie_id = settings, kept, movie_id

    def add(self, number: int) -> None:
        self.kept.add(content(number))

    def refer(self, number: int) -> None:
        self.drop(number)
        self.kept.add(content(number))
        refer(self.kept.library, self.movie_id, "candidates", key(number))

    def drop(self, number: int) -> None:
        with self.kept.library.writing() as session:
            session.execute(delete(Candidate).where(Candidate.cache_key == key(number)))

    def leave_a_stranger(self, number: int) -> None:
        if not self.kept.is_there(key(number)):
            self.kept.stranger(content(number))

    def harm_and_mend(self, number: int) -> None:
        if self.kept.is_there(key(number)):
            self.kept.cache.path_of(key(number), "image", ".jpg").write_bytes(b"harmed")
            self.kept.add(content(number))

    def clean(self, _number: int = 0) -> None:
        cleanup_cache_orphans(None, self.settings, grace_seconds=0)

    def expire(self, _number: int = 0) -> None:
        expire_soft_deleted(0, self.settings)

    def ensure_nothing_lost(self) -> set[str | None]:
        with self.kept.library.reading() as session:
            referred = set(session.scalars(select(Candidate.cache_key)))
            lost = [one for one in referred if intact_file(session, self.kept.cache, one) is None]
        assert lost == []
        return referred


DEEDS = ("add", "refer", "drop", "leave_a_stranger", "harm_and_mend", "clean", "expire")


@given(steps=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 3)), max_size=25))
@hypothesis_settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_in_whatever_order_what_is_referred_to_stays_and_the_rest_goes(
    settings: Settings, library: Library, kept: Kept, movie_id: int, steps: list[tuple[str, int]]
) -> None:
    deeds = Deeds(settings, kept, movie_id)
    for name, number in steps:
        getattr(deeds, name)(number)
        deeds.ensure_nothing_lost()
    deeds.clean()
    deeds.expire()
    wanted = deeds.ensure_nothing_lost()
    assert {file.key for file in kept.cache.files("image")} == wanted
    with library.writing() as session:
        assert set(session.scalars(select(CacheFile.key))) == wanted
        session.execute(delete(Candidate))


def test_what_is_added_again_in_between_stays(
    settings: Settings, library: Library, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    unwanted = kept.add(b"unwanted", deleted_at=NOW)
    remove = expiration._Expiration._remove_files

    def add_before(self: object, rows: object) -> int:
        kept.add(b"unwanted")
        return remove(self, rows)

    monkeypatch.setattr(expiration._Expiration, "_remove_files", add_before)
    assert expire_soft_deleted(0, settings).freed_bytes == 0
    with library.reading() as session:
        assert intact_file(session, kept.cache, unwanted) is not None


KILLED_BETWEEN = """
import json, os, signal, sys
from media.cleanup import expiration
from media.settings import Settings

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

expiration._Expiration._remove_files = die
expiration.expire_soft_deleted(0, Settings.model_validate(json.loads(sys.argv[1])))
"""

Run = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def run(settings: Settings) -> Iterator[Run]:
    processes: list[subprocess.Popen[bytes]] = []

    def _run(script: str, *arguments: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-c", script, settings.model_dump_json(), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )
        processes.append(process)
        return process

    yield _run
    for process in processes:
        process.kill()
        process.communicate()


def test_a_kill_between_row_and_file_leaves_an_orphan_that_goes(
    settings: Settings, library: Library, kept: Kept, run: Run
) -> None:
    unwanted = kept.add(b"unwanted", deleted_at=NOW)
    assert run(KILLED_BETWEEN).wait(300) == -signal.SIGKILL
    with library.reading() as session:
        assert session.get(CacheFile, unwanted) is None
    assert kept.is_there(unwanted)
    assert cleanup_cache_orphans(None, settings, grace_seconds=0).removed == 1
    assert not kept.is_there(unwanted)


CLEANER = """
import json, sys
from pathlib import Path
from media.cleanup import cleanup_cache_orphans, expire_soft_deleted
from media.library import connection
from media.settings import Settings

connection.BUSY_SECONDS = 300  # nobody's turn to write comes soon for certain
settings = Settings.model_validate(json.loads(sys.argv[1]))
taken = 0
print("ready", flush=True)
stop, some = map(Path, sys.argv[2:])
while not stop.exists():
    taken += cleanup_cache_orphans(None, settings, grace_seconds=0).removed
    taken += expire_soft_deleted(0, settings).files
    if taken:
        some.touch()
print(taken)
"""
SELECTOR = """
import json, sys
from itertools import count
from pathlib import Path
from sqlalchemy import delete, select, update
from media.cache import Cache, intact_file
from media.library import connection
from media.library.database import Library
from media.library.models import Candidate, Selection
from media.phases import EnrichmentPhase
from media.selection import select_assets
from media.settings import Settings

connection.BUSY_SECONDS = 300  # nobody's turn to write comes soon for certain
settings = Settings.model_validate(json.loads(sys.argv[1]))
movie_id, rounds, some = int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
library, cache = Library(settings.library_database), Cache(settings.cache_directory)
phase = EnrichmentPhase(min_resolution=0)
# Without anything that was taken it would prove nothing: it goes on until there is.
for number in count():
    if number >= rounds and some.exists():
        break
    with library.writing() as session:
        session.execute(delete(Selection).where(Selection.movie_id == movie_id))
        session.execute(
            update(Candidate).where(Candidate.movie_id == movie_id).values(cache_key=None)
        )
    select_assets(movie_id, settings, phase)
    with library.reading() as session:
        keys = session.scalars(
            select(Selection.cache_key).where(Selection.movie_id == movie_id)
        ).all()
        lost = [key for key in keys if intact_file(session, cache, key) is None]
    if lost or len(keys) != 3:
        sys.exit(f"lost {lost} of {keys}")
"""


def test_files_that_are_being_chosen_are_never_lost_to_cleaners(
    library: Library, settings: Settings, server: PictureServer, root: Path, run: Run
) -> None:
    """Movies share their pictures, so what one gives up another is just taking."""
    for number in range(3):
        server.give(f"/p{number}", encoded(picture(number, (40, 60)), "PNG"), "image/png")
    movies = []
    for name in ("a", "b"):
        with library.writing() as session:
            movie = Movie(
                directory=f"/{name}", title="O", nfo_state="absent", created_at=NOW, scanned_at=NOW
            )
            session.add(movie)
            session.flush()
            movies.append(movie.id)
        offering = Offering(library, movies[-1])
        for number in range(3):
            offering.offer(server.url(f"/p{number}"))
    stop, some = root / "stop", root / "some"
    cleaners = [run(CLEANER, str(stop), str(some)) for _ in range(2)]
    for process in cleaners:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    selectors = [run(SELECTOR, str(movie), "12", str(some)) for movie in movies]
    ended = [(process.communicate(timeout=400)[1], process.returncode) for process in selectors]
    stop.touch()
    taken = 0
    for process in cleaners:
        said, errors = process.communicate(timeout=300)
        ended.append((errors, process.returncode))
        taken += int(said or 0)
    assert ended == [(b"", 0)] * 4
    assert taken
    for movie_id in movies:
        assert select_assets(movie_id, settings, EnrichmentPhase(minResolution=0)).changed == 0
