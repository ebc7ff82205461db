"""Show the whole way once: a movie on the disk, a webhook, a job, the library.

    python -m tasks.demo [--directory DIRECTORY] [--wait SECONDS]

Makes a small movie in the directory, sends Radarr's webhook for it as a job
through the configured broker, and prints what a worker wrote into the library.
The worker, `celery -A tasks worker`, needs to be started in the same directory
with the same settings; without any settings `/movies` is `./demo-library`.

Ends with 0 when the movie is in the library, 1 when that did not happen in
time, 2 when the settings or the library database cannot be used, 3 when the
broker cannot be reached.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from kombu.exceptions import OperationalError
from sqlalchemy import select
from sqlalchemy.orm import Session

from media.errors import MediaError, SettingsError
from media.library.database import Library
from media.library.models import Movie
from media.sample.movie_directory import DIRECTORY_NAME, make_movie_directory
from media.sample.radarr_download import download_payload
from media.settings import DEMO_MAPPING, Settings, read_settings
from tasks import app
from tasks.demo_report import report
from tasks.webhook import webhook

DONE, TOO_LATE, WRONG_SETTINGS, NO_BROKER = range(4)
START_ONE = "start one with: celery -A tasks worker"

_POLL_SECONDS = 0.1
_HINT_SECONDS = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demonstration; returns the exit status."""
    options = _options(arguments)
    try:
        return _demonstrate(Path(options.directory).absolute(), options.wait)
    except MediaError as error:
        print(error, file=sys.stderr)
        return WRONG_SETTINGS
    except OperationalError as error:
        print(f"cannot reach the broker {_broker()}: {error}", file=sys.stderr)
        return NO_BROKER


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tasks.demo", description="Scan a small movie.")
    parser.add_argument("--directory", default=DEMO_MAPPING[1], help="where to make the library")
    parser.add_argument("--wait", type=float, default=60, help="seconds to wait for the worker")
    return parser.parse_args(arguments)


def _demonstrate(directory: Path, wait_seconds: float) -> int:
    settings = read_settings()
    library_path = _managers_view(directory, settings)
    movie_directory = _make_library(directory)
    library = Library(settings.library_database)
    before = _scanned_at(library, movie_directory)
    print(f"made     {movie_directory}")
    job = webhook.delay(download_payload(f"{library_path}/{DIRECTORY_NAME}"))
    print(f"sent     webhook {job.id} to {_broker()}")
    if not _wait_for_scan(library, movie_directory, before, wait_seconds):
        print(
            f"Nothing in {settings.library_database} after {wait_seconds:g} s.\n"
            f"If no worker is running, {START_ONE}\n"
            "If one is, its log says what became of the job.",
            file=sys.stderr,
        )
        return TOO_LATE
    print(f"library  {settings.library_database}")
    with library.reading() as session:
        lines = list(report(_movie(session, movie_directory)))
    print("\n".join(lines))
    return DONE


def _managers_view(directory: Path, settings: Settings) -> str:
    """Return what the manager, and so the webhook, calls `directory`."""
    for rule in settings.rules():
        if rule.target == directory:
            return str(rule.source)
    mapping = json.dumps({"/movies": str(directory)})
    raise SettingsError(
        f"no mapping leads to {directory}: start the worker and this with\n"
        f"MEDIA_PATH_MAPPINGS='{mapping}'"
    )


def _make_library(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    # What is made here is nobody's source: whoever keeps it in a repository need not ignore it.
    (directory / ".gitignore").write_text("*\n", encoding="utf-8")
    return make_movie_directory(directory)


def _broker() -> str:
    return str(app.connection_for_write().as_uri())


def _wait_for_scan(
    library: Library, directory: Path, before: datetime | None, wait_seconds: float
) -> bool:
    started = time.monotonic()
    hinted = False
    while time.monotonic() - started < wait_seconds:
        if _scanned_at(library, directory) != before:
            return True
        if not hinted and time.monotonic() - started > _HINT_SECONDS:
            print(f"waiting  if no worker is running, {START_ONE}")
            hinted = True
        time.sleep(_POLL_SECONDS)
    return False


def _scanned_at(library: Library, directory: Path) -> datetime | None:
    with library.reading() as session:
        return session.scalar(select(Movie.scanned_at).where(Movie.directory == str(directory)))


def _movie(session: Session, directory: Path) -> Movie:
    return session.scalars(select(Movie).where(Movie.directory == str(directory))).one()


if __name__ == "__main__":
    sys.exit(main())
