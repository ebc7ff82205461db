"""The arithmetic between readings and verdicts, and how it is told."""

import json

import pytest

from benchmarks.figure import Bound, Figure
from benchmarks.outcome import Outcome, Spread, ratios
from benchmarks.report import Report, figure_text
from benchmarks.samples import Failure, Reading, Sample, Skip


def figure(*bounds: Bound) -> Figure:
    return Figure("rates", "Some rates", {"rate": "messages/s"}, bounds, lambda bench: iter(()))


def readings(contestant: str, *values: float) -> list[Reading]:
    return [Sample("rate", contestant, turn, value) for turn, value in enumerate(values)]


FASTER = Bound("rate", "sqlite", "redis", at_least=3.0)


def test_ratios_are_taken_within_a_round_and_only_where_both_were_measured() -> None:
    assert ratios({0: 30.0, 1: 10.0, 2: 9.0}, {0: 10.0, 2: 2.0, 3: 1.0}) == {0: 3.0, 2: 4.5}


def test_a_ratio_is_the_median_of_the_rounds_not_the_ratio_of_the_medians() -> None:
    outcome = Outcome(
        figure(FASTER), [*readings("sqlite", 20, 90, 40), *readings("redis", 10, 10, 20)]
    )

    (verdict,) = outcome.verdicts()

    assert verdict.spread == Spread(median=2.0, smallest=2.0, largest=9.0, rounds=3)
    assert verdict.reached is False


@pytest.mark.parametrize(
    ("bound", "value", "reached"),
    [
        (Bound("rate", "sqlite", at_least=3.0), 3.0, True),
        (Bound("rate", "sqlite", at_least=3.0), 2.99, False),
        (Bound("rate", "sqlite", at_most=3.0), 3.0, True),
        (Bound("rate", "sqlite", at_most=3.0), 3.01, False),
        (Bound("rate", "sqlite", at_most=0), 0, True),
    ],
)
def test_a_bound_includes_its_limit(bound: Bound, value: float, reached: bool) -> None:
    assert Outcome(figure(bound), readings("sqlite", value)).verdicts()[0].reached is reached


def test_a_bound_may_be_judged_on_the_worst_round() -> None:
    bound = Bound("rate", "sqlite", at_most=1.0, judge="max")

    (verdict,) = Outcome(figure(bound), readings("sqlite", 0.1, 0.2, 1.1)).verdicts()

    assert verdict.judged == 1.1
    assert verdict.reached is False


def test_a_bound_without_a_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="without a limit"):
        Bound("rate", "sqlite").reached_by(1.0)


def test_what_is_skipped_is_not_measured_and_what_broke_is_missed() -> None:
    good = [*readings("sqlite", 90), *readings("redis", 10)]

    skipped = Outcome(figure(FASTER), [Skip("sqlite", "not here"), *readings("redis", 10)])
    broke = Outcome(figure(FASTER), [*good, Failure("sqlite", "OSError: no")])
    stopped = Outcome(figure(FASTER), good, failure="OSError: no")

    assert skipped.verdicts()[0].reached is None
    assert broke.verdicts()[0].reached is False
    assert stopped.verdicts()[0].reached is False


def test_the_report_tells_readings_bounds_and_reasons() -> None:
    reached = Outcome(
        figure(FASTER), [*readings("sqlite", 4_000, 5_000), *readings("redis", 1_000, 1_000)]
    )
    missing = Outcome(figure(FASTER), [Skip("redis", "redis-server is not on the PATH")])
    report = Report({"CPU": "some"}, [reached, missing])

    assert "4,500 (4,000 … 5,000)" in figure_text(reached)
    assert "redis skipped: redis-server is not on the PATH" in figure_text(missing)
    assert "4.50 (4 … 5)  ≥ 3 x  yes" in report.text()
    assert "| rates | rate sqlite / redis | - | ≥ 3 x | not measured |" in report.markdown()
    assert json.loads(json.dumps(report.json()))["figures"][0]["bounds"][0]["reached"] is True
    assert report.missed()
    assert not Report({}, [reached]).missed()
