"""The body of an answer, decoded and never larger than allowed."""

import zlib
from collections.abc import Iterable, Iterator, Mapping

import httpcore

from media.errors import InvalidAnswerError

ACCEPTED_ENCODING = "gzip"

_PLAIN = ("", "identity")
_ZIPPED = ("gzip", "x-gzip", "deflate")
_PIECE = 65_536
# What `zlib` takes for either form, gzip's or its own.
_EITHER = zlib.MAX_WBITS | 32


def body_of(pieces: Iterable[bytes], headers: Mapping[str, str], max_bytes: int) -> Iterator[bytes]:
    """Yield the body in pieces.

    Raises:
        InvalidAnswerError: more than `max_bytes` would come out of it, or it is
            packed in a way that was not asked for.
        httpcore.RemoteProtocolError: it was cut short.
    """
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in _PLAIN:
        _ensure_announced_fits(headers, max_bytes)
        yield from _limited(pieces, max_bytes)
    elif encoding in _ZIPPED:
        yield from _limited(_unzipped(pieces), max_bytes)
    else:
        raise InvalidAnswerError(f"sent a body that is packed as {encoding[:40]!r}")


def _ensure_announced_fits(headers: Mapping[str, str], max_bytes: int) -> None:
    announced = headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:18]) > max_bytes:
        raise _too_large(max_bytes)


def _limited(pieces: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    left = max_bytes
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise _too_large(max_bytes)
        yield piece


def _unzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack a bounded piece at a time, so that a bomb never unfolds in memory."""
    unpacker = zlib.decompressobj(_EITHER)
    is_empty = True
    try:
        for packed in pieces:
            is_empty = False
            while packed and not unpacker.eof:
                yield unpacker.decompress(packed, _PIECE)
                packed = unpacker.unconsumed_tail
    except zlib.error:
        raise InvalidAnswerError("sent a body that cannot be unpacked") from None
    if not unpacker.eof and not is_empty:
        raise httpcore.RemoteProtocolError("the packed body was cut short")


def _too_large(max_bytes: int) -> InvalidAnswerError:
    return InvalidAnswerError(f"sent more than the {max_bytes} bytes that are allowed")
