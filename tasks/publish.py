"""The job `publish`: write a movie's NFO and artwork into its directory."""

from typing import Any

from media.errors import MediaError
from media.publishing import note_unfinished
from media.publishing import publish as publish_movie
from tasks.configuration import configuration
from tasks.job import job
from tasks.movie_step import MOVIE_STEP
from tasks.notify_players import send_notify_players
from tasks.request import MovieRequest


def _tell_nevertheless(request: MovieRequest, _error: MediaError) -> None:
    config = configuration()
    note_unfinished(request.movie_id, config.settings)
    send_notify_players(config, request.origin)


@job("publish", MovieRequest, when_failed=_tell_nevertheless, **MOVIE_STEP)
def publish(self: Any, request: MovieRequest) -> dict[str, object]:
    """Write what the configuration says, and only what changed; returns a summary.

    Then comes `notify-players`, after `playerSync.delaySeconds`; also where nothing could be
    written: the video is there.
    """
    config = configuration()
    summary = publish_movie(
        request.movie_id, config.settings, config.phases.publish, self.request.root_id
    )
    send_notify_players(config, request.origin)
    return summary.as_json()
