"""A directory's signature: stands for the names, sizes and times of its files.

Two hexadecimal marks for each file, one of its name and one of its size in
bytes and mtime in nanoseconds. So the files that we published since the
signature was made can be passed over, and every other change still shows.
"""

from collections.abc import Collection, Iterable
from hashlib import blake2b

from media.movie import StoredFile

_MARK = 12


def signature_of(files: Iterable[StoredFile]) -> str:
    """Return the signature of a directory that holds `files`, in any order."""
    return " ".join(sorted(_name_mark(file.relative_path) + _state_mark(file) for file in files))


def is_same_but_for(before: str, now: str, published: Collection[str]) -> bool:
    """Whether the signatures differ at most by the files at the relative paths `published`."""
    if before == now:
        return True
    passed_over = {_name_mark(path) for path in published}
    return _marks(before, passed_over) == _marks(now, passed_over)


def _marks(signature: str, passed_over: Collection[str]) -> set[str]:
    return {mark for mark in signature.split() if mark[:_MARK] not in passed_over}


def _name_mark(path: str) -> str:
    return _hash(path)


def _state_mark(file: StoredFile) -> str:
    return _hash(f"{file.size} {file.mtime_ns}")


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=_MARK // 2).hexdigest()
