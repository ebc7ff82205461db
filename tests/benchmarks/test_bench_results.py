"""The figures of results and of the history run for real, with very small loads."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.contestants import Contestant
from benchmarks.contestants.with_results import WithResults, why_no_backend, with_results
from benchmarks.figure import Figure
from benchmarks.figures.canvas import FIGURE as CANVAS
from benchmarks.figures.history import FIGURE as HISTORY
from benchmarks.figures.result_file import FIGURE as RESULT_FILE
from benchmarks.figures.result_memory import FIGURE as RESULT_MEMORY
from benchmarks.figures.round_trip import FIGURE as ROUND_TRIP
from benchmarks.outcome import Outcome
from benchmarks.percentiles import percentiles
from benchmarks.run import bench, measure
from benchmarks.samples import Sample
from benchmarks.size import SMOKE
from benchmarks.turns import in_turn

ON_RESULTS = (ROUND_TRIP, CANVAS, RESULT_MEMORY, RESULT_FILE)


def measured(figure: Figure, directory: Path) -> Outcome:
    with bench(SMOKE, directory) as on:
        on.contestants.pop("sqla")  # it polls once a second
        return measure(figure, on)


@pytest.mark.parametrize("figure", ON_RESULTS, ids=lambda figure: figure.name)
def test_the_figures_of_results_run(figure: Figure, tmp_path: Path) -> None:
    if reason := why_no_backend("sqlite://"):
        pytest.skip(reason)

    outcome = measured(figure, tmp_path)

    assert outcome.failure is None
    assert outcome.failures.keys().isdisjoint({"sqlite", "sqlite-normal"})
    assert {key for key in outcome.values if key[1] == "sqlite"} == {
        (metric, "sqlite") for metric in figure.units
    }
    assert list(tmp_path.iterdir()) == []


def test_with_history_and_without_are_measured_alike(tmp_path: Path) -> None:
    outcome = measured(HISTORY, tmp_path)

    assert outcome.failure is None
    assert outcome.failures == {}
    assert outcome.values.keys() == {
        (metric, contestant)
        for metric in HISTORY.units
        for contestant in ("sqlite-normal", "sqlite-history-off")
    }
    assert all(verdict.spread.rounds == SMOKE.rounds for verdict in outcome.verdicts())


def test_whose_result_backend_cannot_be_loaded_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bench(replace(SMOKE, round_trip_calls=2), tmp_path) as on:
        for contestant in on.contestants.values():
            monkeypatch.setattr(contestant, "result_scheme", "nowhere://")
        outcome = measure(ROUND_TRIP, on)

    assert "no result backend nowhere://" in outcome.skips["sqlite"]
    assert outcome.values == {}
    assert [verdict.reached for verdict in outcome.verdicts()] == [None, None]


def test_a_broker_without_a_result_backend_is_skipped(tmp_path: Path) -> None:
    with bench(SMOKE, tmp_path) as on:
        (skip,) = with_results(on).absent("memory")

    assert skip.reason == "no result backend goes with it"


def test_results_are_kept_with_the_broker_and_only_where_asked_for(tmp_path: Path) -> None:
    with bench(SMOKE, tmp_path) as on:
        contestants: list[Contestant] = [on.contestants["sqlite"], on.contestants["sqla"]]
        for contestant in contestants:
            with on.arena(contestant) as broker:
                assert broker.results == ""
            with on.arena(WithResults(contestant)) as broker:
                assert broker.results.startswith(contestant.result_scheme)
                assert str(broker.directory) in broker.results


def test_who_goes_first_changes_every_round() -> None:
    assert [in_turn(("a", "b", "c"), turn)[0] for turn in range(4)] == ["a", "c", "a", "c"]


def test_percentiles_are_in_milliseconds_and_need_two_durations() -> None:
    seconds = [number / 1e3 for number in range(101)]

    assert list(percentiles("sqlite", 3, seconds)) == [
        Sample("p50", "sqlite", 3, pytest.approx(50.0)),
        Sample("p99", "sqlite", 3, pytest.approx(99.0)),
    ]
    assert list(percentiles("sqlite", 3, [1.0])) == []
