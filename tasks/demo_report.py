"""How the demonstration shows what the jobs did, and what was published."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.library.database import Library
from media.library.models import Movie, PublishedFile
from media.settings import Settings
from sqlite_transport.jobs.job import Job
from tasks import app

Summary = Mapping[str, Any]


def steps(jobs: Sequence[Job]) -> Iterator[str]:
    """Return a line for each job: its type, how it ended, how long it took, what it did."""
    for job in jobs:
        took = "" if job.duration_ms is None else f"{job.duration_ms:.0f} ms"
        yield f"  {job.type:22} {job.status:10} {took:>8}  {_did(job)}".rstrip()


def publications(settings: Settings) -> Iterator[str]:
    """Return the lines that show the published files, and the last movie's NFO."""
    with Library(settings.library_database).reading() as session:
        movies = session.scalars(select(Movie).order_by(Movie.directory)).all()
        yield ""
        yield "Published"
        for movie in movies:
            for file in _published(session, movie):
                yield f"  {Path(movie.directory).name}/{file.relative_path}  ({file.size} bytes)"
        yield from _nfo_of(session, movies[-1])


def _published(session: Session, movie: Movie) -> Sequence[PublishedFile]:
    files = select(PublishedFile).where(PublishedFile.movie_id == movie.id)
    return session.scalars(files.order_by(PublishedFile.relative_path)).all()


def _nfo_of(session: Session, movie: Movie) -> Iterator[str]:
    for file in _published(session, movie):
        if file.kind == "nfo":
            yield ""
            yield f"{file.relative_path}, with what was in it before:"
            text = (Path(movie.directory) / file.relative_path).read_text(encoding="utf-8")
            yield from (f"  {line}" for line in text.splitlines())


def _did(job: Job) -> str:
    if job.error:
        return job.error
    result = app.AsyncResult(job.task_id).result
    tell = _TELLING.get(job.type)
    return tell(result) if tell and isinstance(result, Mapping) else ""


def _told_of_scan(found: Summary) -> str:
    counted = ", ".join(f"{found[name]} {name}" for name in ("files", "streams", "artworks"))
    return f"{counted}; NFO {found['nfo']}"


def _told_of_enrichment(found: Summary) -> str:
    source = found["source"] if found["source"] != "local" else "the NFO and the file's name"
    return f"from {source}: {found['cast']} in the cast, {found['crew']} in the crew"


def _told_of_offers(found: Summary) -> str:
    offered = {name: sum(kinds.values()) for name, kinds in found["offered"].items()}
    return ", ".join(f"{count} of {name}" for name, count in offered.items()) or "nobody was asked"


def _told_of_choice(found: Summary) -> str:
    chosen = sum(found["selected"].values())
    return f"{chosen} chosen, {found['downloaded']} downloaded"


def _told_of_publishing(found: Summary) -> str:
    return ", ".join(found["written"]) or "all as it was"


def _told_of_players(found: Summary) -> str:
    return ", ".join(found["players"]) or "no player is configured"


_TELLING: dict[str, Callable[[Summary], str]] = {
    "webhook": lambda found: f"{found['source']} {found['event']}: {found['outcome']}",
    "scan-movie": _told_of_scan,
    "discover-assets": lambda found: f"{found['read']} pictures and trailers measured",
    "enrich-metadata": _told_of_enrichment,
    "fetch-provider-assets": _told_of_offers,
    "select-assets": _told_of_choice,
    "publish": _told_of_publishing,
    "notify-players": _told_of_players,
}
