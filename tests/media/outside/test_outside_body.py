import gzip
import os
import zlib
from collections.abc import Iterator

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import InvalidAnswerError
from media.outside.body import body_of

PACKED = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress}


def pieces_of(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def read(data: bytes, encoding: str | None, max_bytes: int = 1_000_000, size: int = 7) -> bytes:
    headers = {} if encoding is None else {"content-encoding": encoding}
    return b"".join(body_of(pieces_of(data, size), headers, max_bytes))


@given(st.binary(max_size=2000), st.sampled_from(sorted(PACKED)), st.integers(1, 500))
def test_what_was_packed_comes_out_as_it_was(data: bytes, encoding: str, size: int) -> None:
    assert read(PACKED[encoding](data), encoding, size=size) == data


@pytest.mark.parametrize("encoding", [None, "", "identity", "Identity"])
def test_what_was_not_packed_stays(encoding: str | None) -> None:
    assert read(b"as it is", encoding) == b"as it is"


@given(st.integers(1, 40))
def test_a_packed_body_that_was_cut_short_is_noticed(missing: int) -> None:
    packed = gzip.compress(os.urandom(100))
    with pytest.raises(httpcore.RemoteProtocolError):
        read(packed[:-missing], "gzip")


def test_nothing_is_nothing_however_it_is_packed() -> None:
    assert read(b"", "gzip") == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "x" * 500])
def test_what_was_not_asked_for_is_no_answer(encoding: str) -> None:
    with pytest.raises(InvalidAnswerError, match="packed as"):
        read(b"x", encoding)


def test_what_cannot_be_unpacked_is_no_answer() -> None:
    with pytest.raises(InvalidAnswerError, match="cannot be unpacked"):
        read(b"this is not packed at all", "gzip")


def test_a_bomb_is_unpacked_only_up_to_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    sizes: list[int] = []
    unpacked = body_of(iter([bomb]), {"content-encoding": "gzip"}, 1_000_000)
    with pytest.raises(InvalidAnswerError, match="more than the 1000000 bytes"):
        sizes.extend(map(len, unpacked))
    assert max(sizes) <= 65_536


def test_the_limit_is_the_last_byte_that_is_allowed() -> None:
    assert read(b"12345", None, max_bytes=5) == b"12345"
    with pytest.raises(InvalidAnswerError):
        read(b"123456", None, max_bytes=5)


def test_what_is_announced_as_too_large_is_not_read_at_all() -> None:
    def never() -> Iterator[bytes]:
        raise AssertionError
        yield b""

    with pytest.raises(InvalidAnswerError):
        list(body_of(never(), {"content-length": "6"}, 5))
