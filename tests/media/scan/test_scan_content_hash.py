import hashlib
from pathlib import Path

import pytest

from media.errors import StillCopyingError
from media.scan.content_hash import SAMPLE_BYTES, WHOLE_BYTES, content_hash, whole_hash

LARGE = WHOLE_BYTES + 1


def hash_of(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return content_hash(path)


def test_a_small_file_is_hashed_whole(tmp_path: Path) -> None:
    content = bytes(WHOLE_BYTES)
    assert hash_of(tmp_path / "a", content) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("at", [0, SAMPLE_BYTES - 1, LARGE - SAMPLE_BYTES, LARGE - 1])
def test_of_a_large_file_both_ends_count(tmp_path: Path, at: int) -> None:
    content = bytearray(LARGE)
    before = hash_of(tmp_path / "a", content)
    content[at] = 1
    assert before.startswith("sampled:")
    assert hash_of(tmp_path / "a", content) != before


def test_of_a_large_file_the_size_counts_and_the_middle_does_not(tmp_path: Path) -> None:
    content = bytearray(LARGE)
    before = hash_of(tmp_path / "a", content)
    assert hash_of(tmp_path / "b", bytes(LARGE + 1)) != before
    content[LARGE // 2] = 1
    assert hash_of(tmp_path / "c", content) == before


def test_a_whole_hash_is_of_everything(tmp_path: Path) -> None:
    content = bytes(range(256)) * 8192
    (tmp_path / "a").write_bytes(content)
    assert whole_hash(tmp_path / "a") == hashlib.sha256(content).hexdigest()


def test_a_file_that_vanished_is_told(tmp_path: Path) -> None:
    with pytest.raises(StillCopyingError):
        content_hash(tmp_path / "nothing")
