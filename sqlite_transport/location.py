"""Where the file is: a broker URL taken apart.

`sqlite:///queue.db` is relative to the working directory, and
`sqlite:////var/lib/app/queue.db` absolute. Percent escapes are decoded, so a
`%` in a path is written `%25` and a `?`, which begins the options, `%3F`;
spaces and letters of any script may stand as they are.
"""

from pathlib import Path
from urllib.parse import parse_qsl, unquote

SCHEME = "sqlite://"


def is_the_same(path: Path, history_url: str) -> bool:
    """Tell whether an SQLAlchemy URL names the queue's own file, which is at `path`.

    SQLAlchemy decodes no percent escapes; the broker's URL may be repeated all the same.
    """
    scheme, _, rest = history_url.partition("://")
    name = rest.partition("?")[0][1:]
    return scheme.partition("+")[0] == "sqlite" and any(
        Path(each).expanduser().resolve() == path for each in (name, unquote(name))
    )


def parse_url(url: str) -> tuple[Path, dict[str, str]]:
    """Return the path and the query string's options of `url`.

    The path is made absolute and free of symbolic links, so that one file has
    one name in this process.

    Raises:
        ValueError: the URL names no file, or a host.
    """
    location, _, query = url.removeprefix(SCHEME).partition("?")
    if not location.startswith("/"):
        raise ValueError(
            f"{url!r} names a host: write three slashes before a relative path "
            "(sqlite:///queue.db) and four before an absolute one (sqlite:////var/lib/queue.db)"
        )
    name = unquote(location[1:])
    if not name or name.endswith("/"):
        raise ValueError(f"{url!r} names no file: write for example sqlite:///queue.db")
    if name == ":memory:":
        raise ValueError(
            f"{url!r}: processes cannot share a database in memory: name a file, "
            "or use kombu's memory:// within one process"
        )
    if "\0" in name:
        raise ValueError(f"{url!r}: a path cannot contain a NUL character")
    return Path(name).expanduser().resolve(), dict(parse_qsl(query, keep_blank_values=True))
