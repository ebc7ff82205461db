"""What may be meant as it is, and more often is a mistake: told, not refused."""

import os
from collections.abc import Iterator
from pathlib import Path

from media.settings.names import hint, names_in
from media.settings.reading import CONFIG_VARIABLE, DEFAULT_CONFIG, PREFIX, variable
from media.settings.settings import Settings


def doubts(settings: Settings) -> list[str]:
    """Return a sentence for each of them: no libraries, a variable that sets nothing.

    No library is looked at: a file server that hangs must not keep a worker from its start.
    """
    return [*_of_libraries(settings), *_of_variables()]


def _of_libraries(settings: Settings) -> Iterator[str]:
    if not settings.libraries:
        yield (
            f"no library is configured: {_config_file().absolute()} is where they are looked for, "
            f"as is the variable {variable('libraries')}"
        )


def _of_variables() -> Iterator[str]:
    """Look for variables that look like settings and are none.

    One that the configuration file names holds a secret, and may be called as people like.
    """
    known = [CONFIG_VARIABLE, *(variable(name) for name in names_in(()))]
    file = _config_file()
    used = file.read_text(encoding="utf-8") if file.is_file() else ""
    for name in sorted(os.environ):
        table = name.upper().partition("__")[0]
        if name.upper().startswith(PREFIX) and table not in known and name not in used:
            yield f"the variable {name} sets nothing: {hint(table, known)}"


def _config_file() -> Path:
    return Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG)
