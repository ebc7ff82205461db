"""Try the path mappings on one path, for people who set them."""

from dataclasses import asdict, dataclass
from pathlib import Path

from media.disk import is_directory
from media.errors import OutsideLibraryError
from media.inside import resolve_inside
from media.path_mapping import covering_rule, map_path
from media.settings import Settings


@dataclass(frozen=True)
class MappingTest:
    """What becomes of a manager's `path`.

    `rule` is the rule that covers it, `local` the path here and `exists` whether
    a directory is there. `library` is the name of the library that it is in, None
    with a `problem` where it is in none or may not be used.
    """

    path: str
    local: str
    rule: str
    exists: bool
    library: str | None
    problem: str | None

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


def test_mapping(path: str, settings: Settings) -> MappingTest:
    """Map `path` as a webhook's would be.

    Raises:
        InvalidPathError: it is relative, climbs with `..` or is impossible.
        PathNotMappedError: no rule covers it.
        UnreadableFileError, LibraryUnavailableError: the disk does not let us look.
    """
    rule = covering_rule(path, settings.rules())
    local = map_path(path, [rule])
    library = _library_of(local, settings)
    problem = None if library else f"{local} is in no library: add one to libraries"
    try:
        resolve_inside(local, settings.libraries[library].path if library else rule.target)
    except OutsideLibraryError as error:
        library, problem = None, str(error)
    return MappingTest(
        path=path,
        local=str(local),
        rule=f"{rule.source} -> {rule.target}",
        exists=problem is None and is_directory(local),
        library=library,
        problem=problem,
    )


def _library_of(local: Path, settings: Settings) -> str | None:
    """Return the name of the innermost library that holds `local`."""
    holding = [
        (len(library.path.parts), name)
        for name, library in settings.libraries.items()
        if local.is_relative_to(library.path)
    ]
    return max(holding)[1] if holding else None


# A function of that name is no test, wherever pytest finds it.
test_mapping.__test__ = False  # type: ignore[attr-defined]
