"""Every way a service can fail, by name.

Two kinds, and the kind decides what a job does: a `PassingError` may go away
by itself, so the job tries again later; a `LastingError` needs a person, so the
job fails at once. The message of each says what to do.

None of them costs the library anything: a service raises before it commits.
"""

from collections.abc import Mapping


class MediaError(Exception):
    """Base of all that the services raise on purpose."""


class PassingError(MediaError):
    """What may go away by itself: trying again later is right."""


class LastingError(MediaError):
    """What stays until a person changes something: trying again is useless."""


class SettingsError(LastingError):
    """A setting in the environment cannot be used; the message names it."""


class InvalidWebhookError(LastingError):
    """The payload is not what Radarr sends; the message names the field."""


class InvalidPathError(LastingError):
    """A path that is relative, climbs with `..` or holds what no path can hold."""


class PathNotMappedError(LastingError):
    """No mapping covers the path: add one to MEDIA_PATH_MAPPINGS."""


class OutsideLibraryError(LastingError):
    """The directory to scan lies in no library root, or is one itself."""


class LibraryUnavailableError(PassingError):
    """A library root is not there as it was: its disk is probably not mounted."""


class MovieDirectoryMissingError(PassingError):
    """The movie's directory is not there. Network shares may show it late."""


class NoVideoError(PassingError):
    """The movie's directory holds no video of the movie, or the share does not show it yet."""


class StillCopyingError(PassingError):
    """A file of the movie is still being written.

    `observed` holds size in bytes and mtime in nanoseconds by relative path:
    hand it to the next attempt, which then sees whether anything moved.
    """

    def __init__(self, message: str, observed: Mapping[str, list[int]] | None = None) -> None:
        super().__init__(message)
        self.observed = dict(observed or {})


class ProbeTimedOutError(PassingError):
    """Reading a video's streams took too long: the disk is slow or hangs."""


class ProberMissingError(LastingError):
    """Nothing that reads videos is installed: pymediainfo or ffprobe."""


class LibraryDatabaseError(PassingError):
    """The library database could not be used: busy, disk full, not writable."""


class UnreadableFileError(LastingError):
    """A file or directory of the movie may not be read: no permission."""


class BrokenVideoError(LastingError):
    """A video is garbage or was cut short."""


class LibraryDatabaseBrokenError(LastingError):
    """The library database is damaged, is no SQLite file or is of a newer version."""
