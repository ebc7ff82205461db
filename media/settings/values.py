"""The kinds of values that settings have: local paths, secrets, addresses, JSON in a variable."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, SecretStr


class Table(BaseModel):
    """A table of the configuration file; a key that nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def from_json(value: object) -> object:
    """Read what stands in an environment variable; anything but text is taken as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from error


def _local_path(value: object) -> object:
    if not isinstance(value, str):
        return value
    if "://" in value:
        raise ValueError(f"{value!r} is a URL: mount it and give the local directory")
    if not value.strip() or "\0" in value:
        raise ValueError(f"{value!r} is no path")
    return Path(os.path.normpath(Path(value).expanduser().absolute()))


def _secret(value: object) -> object:
    """Take a secret as it stands, from a variable (`{env = "NAME"}`) or a file (`{file = …}`)."""
    if not isinstance(value, Mapping):
        return value
    match dict(value):
        case {"env": str(name), **rest} if not rest:
            return _from_environment(name)
        case {"file": str(path), **rest} if not rest:
            return _from_file(Path(path))
    raise ValueError('a secret is a text, {env = "NAME"} or {file = "/path"}')


def _from_environment(name: str) -> str:
    if not os.environ.get(name):
        raise ValueError(f"the environment variable {name} is not set")
    return os.environ[name]


def _from_file(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the file of the secret cannot be read: {error}") from error
    if not text:
        raise ValueError(f"the file of the secret, {path}, is empty")
    return text


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # the port is none
        is_address = False
    if not is_address or any(char.isspace() for char in url):
        # It may hold a password, so it is not shown.
        raise ValueError("this is no address such as http://192.168.1.20:8080")
    return url


LocalPath = Annotated[Path, BeforeValidator(_local_path)]
Secret = Annotated[SecretStr, BeforeValidator(_secret)]
Url = Annotated[str, AfterValidator(_checked_url)]


def reveal(secret: SecretStr | None) -> str | None:
    """Return the text of a secret, None where there is none."""
    return None if secret is None else secret.get_secret_value()
