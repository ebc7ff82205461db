"""The benchmark runs for real, with very small loads."""

from dataclasses import replace
from pathlib import Path

import pytest
from psutil import process_iter

from benchmarks.figures import FIGURES
from benchmarks.figures.consume import FIGURE as CONSUME
from benchmarks.figures.library_scan import FIGURE as LIBRARY_SCAN
from benchmarks.figures.lists import FIGURE as LISTS
from benchmarks.figures.publish_batch import FIGURE as PUBLISH_BATCH
from benchmarks.figures.publish_durable import FIGURE as PUBLISH_DURABLE
from benchmarks.figures.worker_throughput import FIGURE as WORKER
from benchmarks.figures.writers import FIGURE as WRITERS
from benchmarks.run import bench, measure, run
from benchmarks.size import SMOKE

# kombu's own SQLAlchemy transport uses what SQLAlchemy 2.1 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``")


def test_brokers_are_measured_side_by_side_and_nothing_is_left(tmp_path: Path) -> None:
    with bench(SMOKE, tmp_path) as on:
        present = {name for name, broker in on.contestants.items() if not broker.missing()}
        report = run([PUBLISH_DURABLE, PUBLISH_BATCH, CONSUME], on)

    publish, _, consume = report.outcomes
    for outcome in report.outcomes:
        assert outcome.failure is None
        assert outcome.failures == {}
    for contestant in {name for name in present if not name.startswith("sqlite-")}:
        assert len(publish.values["rate", contestant]) == SMOKE.rounds
        assert min(consume.values["rate", contestant].values()) > 0
    assert len(publish.values["rate", "disk"]) == SMOKE.rounds
    assert list(tmp_path.iterdir()) == []
    commands = [process.info["cmdline"] or [] for process in process_iter(["cmdline"])]
    assert not [command for command in commands if str(tmp_path) in " ".join(command)]


def test_without_redis_the_figure_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with bench(replace(SMOKE, rounds=1), tmp_path) as on:
        outcome = measure(PUBLISH_DURABLE, on)

    assert "redis-server is not on the PATH" in outcome.skips["redis"]
    assert outcome.verdicts()[0].reached is None


@pytest.mark.parametrize(
    ("figure", "contestant"),
    [(WORKER, "sqlite"), (WRITERS, "sqlite-normal")],
    ids=lambda value: getattr(value, "name", ""),
)
def test_figures_with_processes_of_their_own_run(figure, contestant: str, tmp_path: Path) -> None:
    with bench(SMOKE, tmp_path) as on:
        # They lose messages when several processes use them, or find none in time.
        on.contestants.pop("filesystem")
        on.contestants.pop("sqla")
        outcome = measure(figure, on)

    assert outcome.failure is None
    assert outcome.failures == {}
    assert min(outcome.values["rate", contestant].values()) > 0


def test_every_question_is_asked(tmp_path: Path) -> None:
    with bench(SMOKE, tmp_path) as on:
        outcome = measure(LISTS, on)

    assert outcome.failure is None
    assert outcome.failures == {}
    assert all(verdict.spread is not None for verdict in outcome.verdicts())


def test_an_unchanged_library_is_walked(tmp_path: Path) -> None:
    with bench(SMOKE, tmp_path) as on:
        outcome = measure(LIBRARY_SCAN, on)

    assert outcome.failure is None
    assert all(verdict.spread is not None for verdict in outcome.verdicts())
    assert len(outcome.values["per 1,000 files", "os.walk"]) == SMOKE.rounds


def test_every_figure_names_the_unit_of_its_bounds() -> None:
    for figure in FIGURES:
        assert figure.bounds
        assert {bound.metric for bound in figure.bounds} <= figure.units.keys()


def test_a_figure_that_breaks_is_missed_and_told(tmp_path: Path) -> None:
    def broken(on):
        raise OSError("disk full")
        yield

    with bench(SMOKE, tmp_path) as on:
        outcome = measure(replace(CONSUME, measure=broken), on)

    assert outcome.failure == "OSError: disk full"
    assert all(verdict.reached is False for verdict in outcome.verdicts())
