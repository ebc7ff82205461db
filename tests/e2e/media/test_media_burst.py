"""Several events of one movie's directory, while its scan waits."""

from sqlalchemy import select

from media.library.models import Movie
from media.sample.movies import SampleMovie

from .bodies import MATRIX, download, make_video
from .installation import Installation

NAME = "The Matrix (1999)"
OTHER = SampleMovie("The Matrix Reloaded", 2003, 604, "tt0234215", "Six months later.")


def test_what_a_later_event_says_of_the_movie_is_not_lost(installation: Installation) -> None:
    make_video(installation.movies / NAME, f"{NAME}.mkv")
    installation.set(scan__quietSeconds=0)
    # Both scans wait before a worker is there.
    for movie in (MATRIX, OTHER):
        installation.send("webhook", download(f"/movies/{NAME}", movie), priority=1)
    installation.start_worker("-c", "1")
    jobs = installation.settle()
    assert {job.status for job in jobs} == {"completed"}, [(j.type, j.error) for j in jobs]
    with installation.library.reading() as session:
        movie = session.scalars(select(Movie)).one()
        assert (movie.tmdb_id, movie.title) == (604, "The Matrix Reloaded")
