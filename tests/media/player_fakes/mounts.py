"""Where a player sees our directories."""

from collections.abc import Iterable, Mapping
from pathlib import Path


class Mounts:
    """The player's names of directories, each with the local one; any may be taken away."""

    def __init__(self, mounts: Mapping[str, Path], separator: str = "/") -> None:
        self._mounts = {name.rstrip(separator): local for name, local in mounts.items()}
        self.separator = separator
        self._gone: set[str] = set()

    def unmount(self, name: str) -> None:
        self._gone.add(name.rstrip(self.separator))

    def mount(self, name: str) -> None:
        self._gone.discard(name.rstrip(self.separator))

    def remount(self, name: str, local: Path) -> None:
        """Put another directory there."""
        self._mounts[name.rstrip(self.separator)] = local

    def local(self, theirs: str) -> Path | None:
        """Return the local path of what the player calls `theirs`, None where it sees nothing."""
        bare = theirs.rstrip(self.separator)
        for name in sorted(self._mounts, key=len, reverse=True):
            if bare == name or bare.startswith(name + self.separator):
                rest = bare.removeprefix(name).strip(self.separator)
                seen = self._mounts[name].joinpath(*rest.split(self.separator))
                return None if name in self._gone else seen
        return None

    def exists(self, theirs: str) -> bool:
        """Whether it is there; of a stack, all of its files."""
        if theirs.startswith("stack://"):
            return all(self.exists(one.replace(",,", ",")) for one in theirs[8:].split(" , "))
        local = self.local(theirs)
        return local is not None and local.exists()

    def files_below(self, theirs: str) -> Iterable[tuple[str, Path]]:
        """Yield every file below, by the player's name and the local one."""
        root = self.local(theirs)
        if root is None or not root.is_dir():
            return
        for local in sorted(root.rglob("*")):
            if local.is_file():
                parts = local.relative_to(root).parts
                yield self.separator.join([theirs.rstrip(self.separator), *parts]), local
