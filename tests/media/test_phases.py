import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from media.errors import PhaseConfigurationError
from media.library.database import Library
from media.phases import PhaseConfiguration

DEFAULTS = {
    "phase.scan.maxFileSizeGB": 100,
    "phase.scan.ffprobeTimeoutSeconds": 30,
    "phase.enrichment.fetchProviderAssets": True,
    "phase.enrichment.autoSelectAssets": True,
    "phase.enrichment.maxPoster": 3,
    "phase.enrichment.maxFanart": 5,
    "phase.enrichment.maxLogo": 2,
    "phase.enrichment.maxTrailer": 1,
    "phase.enrichment.language": "en",
    "phase.enrichment.minResolution": 720,
    "phase.publish.assets": True,
    "phase.publish.actors": True,
    "phase.publish.trailers": False,
    "phase.playerSync.notify": True,
    "phase.playerSync.delaySeconds": 0,
    "phase.playerSync.cleanFirst": False,
}


@pytest.fixture
def configuration(tmp_path: Path) -> PhaseConfiguration:
    return PhaseConfiguration(Library(tmp_path / "library.db"))


def rows(configuration: PhaseConfiguration) -> dict[str, str]:
    with configuration.library.reading() as session:
        found = session.execute(text("SELECT key, value FROM settings"))
        return {row.key: row.value for row in found}


def test_the_defaults_are_those_that_are_documented(configuration: PhaseConfiguration) -> None:
    assert DEFAULTS.items() <= configuration.all().items()
    patterns = configuration.get("phase.scan.ignorePatterns")
    assert patterns == ["**/@eaDir/**", "**/.DS_Store", "**/Thumbs.db", "**/.thumbnails/**"]
    assert {"mkv", "mp4"} < set(configuration.get("phase.scan.videoExtensions"))
    assert "jpg" in configuration.get("phase.scan.imageExtensions")
    assert rows(configuration) == {}


def test_what_is_set_is_a_row_and_is_reset(configuration: PhaseConfiguration) -> None:
    flat = configuration.set(
        {"phase.enrichment.maxPoster": 1, "phase.scan.videoExtensions": [".MKV", "mp4"]}
    )
    assert flat["phase.enrichment.maxPoster"] == 1
    assert configuration.phases().scan.video_extensions == ("mkv", "mp4")
    assert rows(configuration) == {
        "phase.enrichment.maxPoster": "1",
        "phase.scan.videoExtensions": '["mkv", "mp4"]',
    }
    assert configuration.reset("phase.enrichment.maxPoster")["phase.enrichment.maxPoster"] == 3
    configuration.set({"phase.publish.trailers": True})
    configuration.reset()
    assert rows(configuration) == {}


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("phase.scan.colour", 1, "no phase's key"),
        ("maxPoster", 1, "no phase's key"),
        ("phase.enrichment.maxPoster", -1, "greater than or equal to 0"),
        ("phase.enrichment.maxPoster", "3", "valid integer"),
        ("phase.enrichment.language", "english", "pattern"),
        ("phase.publish.assets", "yes", "valid boolean"),
        ("phase.scan.videoExtensions", [], "at least 1"),
        ("phase.scan.videoExtensions", ["../x"], "letters and digits"),
        ("phase.playerSync.delaySeconds", 1e9, "less than or equal"),
    ],
)
def test_what_is_wrong_is_named_and_changes_nothing(
    configuration: PhaseConfiguration, key: str, value: Any, says: str
) -> None:
    with pytest.raises(PhaseConfigurationError, match=says) as raised:
        configuration.set({"phase.publish.actors": False, key: value})
    assert key in str(raised.value)
    assert rows(configuration) == {}


def test_rows_that_nobody_reads_are_named(configuration: PhaseConfiguration) -> None:
    configuration.set({"phase.scan.maxFileSizeGB": 3})
    assert configuration.unknown() == []
    with configuration.library.writing() as session:
        session.execute(text("UPDATE settings SET key = 'phase.scan.maxFileSizeGb'"))
    assert configuration.unknown() == ["phase.scan.maxFileSizeGb"]


def test_another_process_sees_it_at_once(configuration: PhaseConfiguration) -> None:
    program = (
        "import sys; from pathlib import Path; from media.library.database import Library;"
        "from media.phases import PhaseConfiguration as P;"
        "P(Library(Path(sys.argv[1]))).set({'phase.playerSync.delaySeconds': 7})"
    )
    assert configuration.phases().player_sync.delay_seconds == 0
    subprocess.run([sys.executable, "-c", program, configuration.library.database], check=True)
    assert configuration.phases().player_sync.delay_seconds == 7


@pytest.mark.parametrize("written", ["en", "", "[1", "[" * 100_000, "9" * 5000, b"\xff"])
def test_a_row_that_is_no_json_is_told_and_mended(
    configuration: PhaseConfiguration, written: str | bytes
) -> None:
    key = "phase.enrichment.language"

    def write() -> None:
        with configuration.library.writing() as session:
            row = "INSERT OR REPLACE INTO settings (key, value) VALUES (:key, :value)"
            session.execute(text(row), {"key": key, "value": written})

    write()
    for use in (configuration.phases, configuration.all, lambda: configuration.get(key)):
        with pytest.raises(PhaseConfigurationError, match=f"^{key}: .* is no JSON"):
            use()
    assert configuration.set({key: "de"})[key] == "de"
    write()
    assert configuration.reset(key)[key] == "en"
    assert rows(configuration) == {}
