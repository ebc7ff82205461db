"""The journal of what a run was about to write, whatever became of its file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from publishing_stage import JPEG, Stage

from media.publishing.journal import Journal

NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    "torn", [b'["poster.jpg", "abc', b"\0" * 40, b"{}", b'"x"\n[1]', b"\xff\xfe", b"[1, 2, 3]"]
)
def test_a_line_that_is_not_whole_is_passed_over_and_spoils_no_other(
    tmp_path: Path, torn: bytes
) -> None:
    path = tmp_path / "1.journal"
    Journal.opened(path, None).note("fanart.jpg", "def")
    with path.open("ab") as file:
        file.write(torn)
    again = Journal.opened(path, None)
    assert again.has("fanart.jpg", "def")
    assert not again.has("poster.jpg", "abc")
    again.note("poster.jpg", "abc")
    both = Journal.opened(path, NOW - timedelta(days=1))
    assert both.has("fanart.jpg", "def")
    assert both.has("poster.jpg", "abc")
    assert not Journal.opened(path, NOW + timedelta(days=1)).has("poster.jpg", "abc")


def test_a_journal_that_a_power_cut_has_torn_is_no_reason_to_fail(stage: Stage) -> None:
    stage.choose("poster", JPEG + b"ours")
    stage.publish()
    journals = stage.settings.library_database.with_name("library.db-publishing")
    journal = journals / f"{stage.movie_id}.journal"
    journal.write_bytes(b'["poster.jpg", "abc\n[1, 2]\n')
    assert "poster.jpg" in stage.publish().unchanged
    assert not journal.exists()
