"""Tell a player all that waits for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from media.errors import (
    CircuitOpenError,
    InvalidAnswerError,
    MediaError,
    PassingError,
    PlayerBusyError,
    RateLimitedError,
    ServiceFailedError,
    ServiceTimedOutError,
    ServiceUnreachableError,
    SettingsError,
)
from media.library.database import Library
from media.phases import PlayerSyncPhase
from media.players.event import Addressed, Event, addressed
from media.players.looking import Look
from media.players.notices import newest_notice, take_away, waiting_notices
from media.players.patience import Patience
from media.players.recipients import players_of, recipient_for
from media.players.teller import Teller
from media.players.tellers import open_teller
from media.settings import Settings

# With these the next Kodi of a group that shares its library may do better.
_TRY_THE_NEXT = (
    *(CircuitOpenError, RateLimitedError, PlayerBusyError),
    *(ServiceFailedError, ServiceTimedOutError, ServiceUnreachableError),
)


@dataclass(frozen=True)
class NotifySummary:
    """What a player was told: directories, and what was done, counted.

    `told_by` is the player that took it, another one of the group perhaps; None
    where nothing had to be told. `dropped` counts what nobody was told, for the
    phase is off or no library holds it any more.
    """

    player: str
    told_by: str | None = None
    updated: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    dropped: int = 0
    actions: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


def notify(
    player: str,
    settings: Settings,
    phase: PlayerSyncPhase,
    patience: Patience | None = None,
) -> NotifySummary:
    """Tell `player` what waits for it now, then delete just these notices.

    What comes while it is told waits for the next job. Killed in between, the
    player is told again. What cannot be told keeps its notice while the rest is
    told, then the reason is raised: what may pass before what stays.

    Raises:
        SettingsError: there is no such player.
        PlayerBusyError: a Kodi is playing; `retry_after` is 60 s.
        PlayerNotUpdatedError: a Kodi was told and still does not know a movie.
        LibraryUnavailableError: a library is not mounted, here or at the player.
        PathNotMappedError: the player has no mapping, or no library, for a path.
        ServiceUnreachableError, ServiceTimedOutError, ServiceFailedError,
        RateLimitedError, CircuitOpenError: the player does not answer, or not well.
        ServiceRefusedError: wrong credentials, or a player too old.
        InvalidAnswerError: it is no player that answers.
    """
    if player not in settings.players:
        raise SettingsError(f"there is no player {player!r} in the settings (players.{player})")
    if not settings.players[player].enabled:
        return NotifySummary(player)
    return _Notification(player, settings, phase, patience or Patience()).run()


def newest_waiting(player: str, settings: Settings) -> int:
    """Return the number of the latest notice that waits for `player`, 0 where none does.

    What comes later has a greater one, so whoever remembers it can tell whether
    more has come.
    """
    if player not in settings.players:
        return 0
    return newest_notice(Library(settings.library_database), recipient_for(settings, player))


class _Notification:
    def __init__(
        self, player: str, settings: Settings, phase: PlayerSyncPhase, patience: Patience
    ) -> None:
        self._player = player
        self._settings = settings
        self._phase = phase
        self._patience = patience
        self._library = Library(settings.library_database)
        self._told: list[Addressed] = []
        self._told_by: str | None = None
        self._problems: list[MediaError] = []
        self._actions: Counter[str] = Counter()

    def run(self) -> NotifySummary:
        recipient = recipient_for(self._settings, self._player)
        notices = waiting_notices(self._library, recipient)
        if not self._phase.notify:
            take_away(self._library, (notice.id for notice in notices))
            return NotifySummary(self._player, dropped=len(notices))
        seen = Look(self._settings, notices).run()
        take_away(self._library, seen.pointless)
        self._problems += seen.problems
        if seen.events:
            self._tell_first_that_answers(players_of(self._settings, recipient), seen.events)
        if self._problems:
            raise _most_urgent(self._problems)
        return self._summary(len(seen.pointless))

    def _tell_first_that_answers(self, names: Sequence[str], events: Sequence[Event]) -> None:
        failures: list[MediaError] = []
        for name in [self._player, *(name for name in names if name != self._player)]:
            told = {one.event.notice_id for one in self._told}
            try:
                self._tell(name, [event for event in events if event.notice_id not in told])
            except _TRY_THE_NEXT as failure:
                failures.append(failure)
            else:
                return
        busy = (failure for failure in failures if isinstance(failure, PlayerBusyError))
        raise next(busy, failures[0])

    def _tell(self, name: str, events: Sequence[Event]) -> None:
        reachable, problems = self._addressed(name, events)
        if reachable:
            with open_teller(name, self._settings, self._phase, self._patience) as teller:
                try:
                    teller.tell(reachable)
                except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
                    raise InvalidAnswerError(
                        f"player {name!r} answers what cannot be read: {error!r}"
                    ) from error
                finally:
                    self._keep_what_was_told(teller)
            problems += teller.problems
        self._problems += problems

    def _addressed(
        self, name: str, events: Sequence[Event]
    ) -> tuple[list[Addressed], list[MediaError]]:
        reachable: list[Addressed] = []
        problems: list[MediaError] = []
        for event in events:
            try:
                reachable.append(addressed(event, name, self._settings.players[name]))
            except MediaError as problem:
                problems.append(problem)
        return reachable, problems

    def _keep_what_was_told(self, teller: Teller) -> None:
        take_away(self._library, (one.event.notice_id for one in teller.told))
        if teller.told:
            self._told_by = teller.name
        self._told += teller.told
        self._actions += teller.actions

    def _summary(self, dropped: int) -> NotifySummary:
        updated = [str(one.event.directory) for one in self._told if not one.event.is_gone]
        deleted = [str(one.event.directory) for one in self._told if one.event.is_gone]
        return NotifySummary(
            player=self._player,
            told_by=self._told_by,
            updated=updated,
            deleted=deleted,
            dropped=dropped,
            actions=dict(self._actions),
        )


def _most_urgent(problems: Sequence[MediaError]) -> MediaError:
    """Return the first that may pass, else the first: it says how many more there are."""
    passing = [problem for problem in problems if isinstance(problem, PassingError)]
    chosen = passing[0] if passing else problems[0]
    if len(problems) > 1:
        chosen.args = (f"{chosen} (and {len(problems) - 1} more of this batch)",)
    return chosen
