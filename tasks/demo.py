"""Take a small library through all jobs once, with a real worker, and show what they did.

    python -m tasks.demo [--dir DIRECTORY] [--wait SECONDS]

Makes a library of three movies in the directory, with a queue, a library database and
a configuration of its own, starts a worker there, sends Radarr's webhook for each movie, and shows
every job, what it did and what was published. It needs no network: the NFOs and the
names of the files tell. With a key of TMDB's in the environment
(MEDIA_PROVIDERS__TMDB__TOKEN) TMDB is asked.

Ends with 0 when all went their way, 1 when they did not in time or a job failed, 2 when the
settings cannot be used, 3 when the broker cannot be reached.
"""

import argparse
import os
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

from kombu.exceptions import OperationalError

from media.errors import MediaError
from media.sample.movie_directory import make_library
from media.sample.radarr_download import download_payload
from media.settings import read_settings
from sqlite_transport.jobs import NotOnThisBroker
from tasks import app
from tasks.demo_report import publications, steps
from tasks.demo_way import TooLateError, follow
from tasks.demo_worker import worker_in
from tasks.webhook import webhook

DONE, NOT_DONE, WRONG_SETTINGS, NO_BROKER = range(4)

_KEPT = "MEDIA_PROVIDERS__"
_CONFIGURATION = """# Made by the demonstration: a library, and what Radarr calls its directory.
webhook_window_seconds = 1

[libraries]
movies = "movies"

[path_mappings]
"/movies" = "movies"
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demonstration; returns the exit status."""
    options = _options(arguments)
    try:
        return _demonstrate(Path(options.dir).absolute(), options.wait)
    except TooLateError as error:
        print(error, file=sys.stderr)
        return NOT_DONE
    except MediaError as error:
        print(error, file=sys.stderr)
        return WRONG_SETTINGS
    except NotOnThisBroker as error:
        print(f"{error}\nUnset CELERY_BROKER_URL for the demonstration.", file=sys.stderr)
        return NO_BROKER
    except OperationalError as error:
        print(f"cannot reach the broker {_broker()}: {error}", file=sys.stderr)
        return NO_BROKER


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tasks.demo", description="Take a small library through all jobs."
    )
    parser.add_argument("--dir", default="demo", help="where to make it (default: ./demo)")
    parser.add_argument("--wait", type=float, default=120, help="seconds to wait for the jobs")
    return parser.parse_args(arguments)


def _demonstrate(directory: Path, wait_seconds: float) -> int:
    movies = make_library(directory / "movies")
    _move_in(directory)
    app.connection_for_write().ensure_connection(max_retries=1)
    settings = read_settings()
    print(f"library  {directory / 'movies'} ({len(movies)} movies)")
    print(f"broker   {_broker()}")
    with worker_in(directory) as log:
        print(f"worker   {log}")
        webhooks = [
            webhook.delay(download_payload(f"/movies/{place.name}", movie, uuid.uuid4().hex)).id
            for place, movie in movies.items()
        ]
        ways = follow(app, webhooks, wait_seconds, log)
    for place, way in zip(movies, ways, strict=True):
        print("\n".join(["", place.name, *steps(way)]))
    print("\n".join(publications(settings)))
    return DONE if all(job.status == "completed" for way in ways for job in way) else NOT_DONE


def _move_in(directory: Path) -> None:
    """Make the directory this program's own: all that is relative is in it from now on."""
    # What is made here is nobody's source: whoever keeps it in a repository need not ignore it.
    (directory / ".gitignore").write_text("*\n", encoding="utf-8")
    (directory / "media.toml").write_text(_CONFIGURATION, encoding="utf-8")
    for name in [name for name in os.environ if name.startswith("MEDIA_")]:
        if not name.startswith(_KEPT):
            del os.environ[name]
    os.chdir(directory)


def _broker() -> str:
    return str(app.connection_for_write().as_uri())


if __name__ == "__main__":
    sys.exit(main())
