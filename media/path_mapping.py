"""From a path as the download manager sees it to the path here.

The manager often runs in a container or on another machine, so the same
directory has another name there. A rule says which; the longest rule that
covers the path wins, and it covers whole components only: `/movies` says
nothing about `/movies-4k`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from media.errors import PathNotMappedError
from media.source_path import SourcePath, parse_source_path


@dataclass(frozen=True)
class MappingRule:
    """What the manager calls `source` is the local directory `target`."""

    source: SourcePath
    target: Path

    @classmethod
    def of(cls, source: str, target: Path) -> "MappingRule":
        """Make a rule of two paths; raises `InvalidPathError` for a bad source."""
        return cls(parse_source_path(source), target)


def map_path(path: str, rules: Iterable[MappingRule]) -> Path:
    """Return the local path of `path`.

    Raises `InvalidPathError` when `path` is relative, climbs with `..` or is
    impossible, and `PathNotMappedError` when no rule covers it: a path is
    never guessed.
    """
    rule = covering_rule(path, rules)
    return rule.target.joinpath(*parse_source_path(path).parts[len(rule.source.parts) :])


def covering_rule(path: str, rules: Iterable[MappingRule]) -> MappingRule:
    """Return the rule that maps `path`: of those that cover it the longest.

    Raises what `map_path` raises.
    """
    source = parse_source_path(path)
    covering = [rule for rule in rules if rule.source.covers(source)]
    if not covering:
        raise PathNotMappedError(
            f"no mapping for path {path!r}: add it to path_mappings (MEDIA_PATH_MAPPINGS) "
            "or its library to libraries (MEDIA_LIBRARIES)"
        )
    return max(covering, key=lambda rule: len(rule.source.parts))
