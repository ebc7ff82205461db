"""Every way a service can fail, by name.

Two kinds, and the kind decides what a job does: a `PassingError` may go away
by itself, so the job tries again later; a `LastingError` needs a person, so the
job fails at once. The message of each says what to do.

None of them costs the library anything: a service raises before it commits.
"""

from collections.abc import Iterable, Mapping


class MediaError(Exception):
    """Base of all that the services raise on purpose."""


class PassingError(MediaError):
    """What may go away by itself: trying again later is right.

    `retry_after` is how many seconds to wait, where somebody said so. `remembers`
    is what the next attempt is to know of this one, by the name of its argument.
    """

    def __init__(
        self,
        message: str = "",
        *,
        retry_after: float | None = None,
        remembers: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.remembers = dict(remembers or {})


def last_to_pass(errors: Iterable[PassingError]) -> PassingError | None:
    """Return the one of several errors that asks for the longest wait, None without any."""
    return max(errors, key=lambda error: error.retry_after or 0.0, default=None)


class LastingError(MediaError):
    """What stays until a person changes something: trying again is useless."""


class SettingsError(LastingError):
    """Settings cannot be used; the message names each of them, one in a line."""


class PhaseConfigurationError(LastingError):
    """A key or a value of the phase configuration is wrong; the message names it."""


class InvalidWebhookError(LastingError):
    """The payload is not what Radarr or Sonarr sends; the message names the field."""


class InvalidPathError(LastingError):
    """A path that is relative, climbs with `..` or holds what no path can hold."""


class PathNotMappedError(LastingError):
    """No mapping covers the path: add one to `path_mappings`."""


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

    def __init__(self, message: str = "", observed: Mapping[str, list[int]] | None = None) -> None:
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


class MovieUnknownError(LastingError):
    """The library has no such movie, or it was deleted."""


class ServiceUnreachableError(PassingError):
    """A service outside does not answer: not there, no network, connection lost."""


class ServiceTimedOutError(PassingError):
    """A service outside took too long to answer."""


class ServiceFailedError(PassingError):
    """A service outside answered that it has failed (5xx)."""


class RateLimitedError(PassingError):
    """A service outside has had enough requests for now (429), or our own limiter says so."""


class CircuitOpenError(PassingError):
    """A service outside has failed too often: nobody asks it until `retry_after` is over."""


class PlayerBusyError(PassingError):
    """A player is playing something: it is told later."""


class PlayerNotUpdatedError(PassingError):
    """A player was told, and still does not know what it should."""


class NotFoundAtServiceError(LastingError):
    """A service outside has not what was asked for (404)."""


class ServiceRefusedError(LastingError):
    """A service outside refused: a wrong key, no permission, or a request it cannot read.

    `status` is that of its answer, None where none came.
    """

    def __init__(self, message: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class InvalidAnswerError(LastingError):
    """A service outside answered what cannot be used: wrong type, too large, wrong form."""


class UnsafeAddressError(LastingError):
    """An address that leads into a private network, or is no web address."""


class BrokenImageError(LastingError):
    """What should be an image is none, is damaged, or is too large."""


class CacheUnavailableError(PassingError):
    """The cache's directory cannot be written: missing, full, or no permission."""


class UnwritableDirectoryError(LastingError):
    """The movie's directory may not be written: no permission or a read-only disk."""


class DiskFullError(PassingError):
    """There is no room on the disk to write to."""


class LibraryUnknownError(LastingError):
    """The settings have no library of this name; the message names those that there are."""


class InvalidCleanupError(LastingError):
    """A cleanup was asked for what makes no sense: an unknown type of file, a negative time."""
