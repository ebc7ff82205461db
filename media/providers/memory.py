"""What is kept of a provider between jobs, for all workers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.dialects.sqlite import insert

from media.library.database import Library
from media.library.models import ProviderState


@dataclass(frozen=True)
class ProviderMemory:
    """The row of `provider` in `provider_states`."""

    library: Library
    provider: str

    def token(self) -> str | None:
        """Return the token that it gave us, None when there is none that still holds."""
        state = self._state()
        return state.token if state and _holds(state.token_expires_at) else None

    def keep_token(self, token: str, lifetime: timedelta) -> None:
        """Keep a token until it expires."""
        self._keep(token=token, token_expires_at=datetime.now(UTC) + lifetime)

    def configuration(
        self, ask: Callable[[], dict[str, Any]], lifetime: timedelta
    ) -> dict[str, Any]:
        """Return its configuration, asking for it where none is kept that still holds."""
        state = self._state()
        if state and state.configuration and _holds(state.configuration_expires_at):
            return state.configuration
        answer = ask()
        expires_at = datetime.now(UTC) + lifetime
        self._keep(configuration=answer, configuration_expires_at=expires_at)
        return answer

    def _state(self) -> ProviderState | None:
        with self.library.reading() as session:
            return session.get(ProviderState, self.provider)

    def _keep(self, **values: object) -> None:
        row = insert(ProviderState).values(provider=self.provider, **values)
        with self.library.writing() as session:
            session.execute(row.on_conflict_do_update(["provider"], set_=values))


def _holds(until: datetime | None) -> bool:
    return until is not None and until > datetime.now(UTC)
