"""Who is told of what: the players, their groups and the libraries that concern them."""

from dataclasses import dataclass
from pathlib import Path

from media.settings import (
    LibrarySettings,
    PlayerGroupSettings,
    PlayerSettings,
    PlayerType,
    Settings,
)


@dataclass(frozen=True)
class Recipient:
    """A player, or with `player` None whichever Kodi of the group answers first."""

    group: str
    player: str | None


def recipients_of(settings: Settings, library: str) -> list[Recipient]:
    """Return whom a change in `library` concerns, in the order of the settings."""
    return [
        recipient for recipient in recipients(settings) if _concerns(settings, recipient, library)
    ]


def recipients(settings: Settings) -> list[Recipient]:
    """Return all recipients: the Kodis that share a library are one."""
    names = (name for name, player in settings.players.items() if player.enabled)
    return list(dict.fromkeys(recipient_for(settings, name) for name in names))


def recipient_for(settings: Settings, player: str) -> Recipient:
    """Return the recipient that `player` is, or is one of."""
    group = group_of(settings, player)
    shares = player in _sharing_kodis(settings, group)
    return Recipient(group, None if shares else player)


def players_of(settings: Settings, recipient: Recipient) -> list[str]:
    """Return the players to try, the first that answers being told."""
    if recipient.player is not None:
        return [recipient.player]
    return _sharing_kodis(settings, recipient.group)


def group_of(settings: Settings, player: str) -> str:
    """Return the player's group; one without a group is one of its own name."""
    return settings.players[player].group or player


def library_of(settings: Settings, directory: Path) -> tuple[str, LibrarySettings] | None:
    """Return name and settings of the innermost library that holds `directory`."""
    holding = [
        (name, library)
        for name, library in settings.libraries.items()
        if directory.is_relative_to(library.path)
    ]
    return max(holding, key=lambda item: len(item[1].path.parts), default=None)


def _sharing_kodis(settings: Settings, group: str) -> list[str]:
    of_group = settings.player_groups.get(group)
    if of_group is None or not of_group.shared_library:
        return []
    return [name for name, player in settings.players.items() if _is_kodi_of(player, group)]


def _is_kodi_of(player: PlayerSettings, group: str) -> bool:
    return player.enabled and player.type is PlayerType.KODI and player.group == group


def _concerns(settings: Settings, recipient: Recipient, library: str) -> bool:
    is_own = recipient.player is not None and settings.players[recipient.player].group is None
    group = PlayerGroupSettings() if is_own else settings.player_groups[recipient.group]
    return group.libraries is None or library in group.libraries
