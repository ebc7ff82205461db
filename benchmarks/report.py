"""What a run found, as text for the terminal, as Markdown and as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks import numerals
from benchmarks.outcome import Outcome

VERDICT_COLUMNS = ("figure", "what", "measured", "bound", "reached")
READING_COLUMNS = ("metric", "contestant", "median (smallest … largest)", "unit")


@dataclass(frozen=True)
class Report:
    """A whole run."""

    machine: dict[str, str]
    outcomes: Sequence[Outcome]

    def missed(self) -> bool:
        """Whether any bound was missed or could not be measured."""
        return any(
            not verdict.reached for outcome in self.outcomes for verdict in outcome.verdicts()
        )

    def text(self) -> str:
        """Aligned columns: the machine and the summary of the bounds."""
        facts = [f"{name:16} {value}" for name, value in self.machine.items()]
        return "\n".join(["", *facts, "", *columns(VERDICT_COLUMNS, self._verdict_rows())])

    def markdown(self) -> str:
        """Tell the machine, the summary, then every figure's readings."""
        lines = ["# Benchmark", "", *table(("machine", ""), self.machine.items()), ""]
        lines += [*table(VERDICT_COLUMNS, self._verdict_rows()), ""]
        for outcome in self.outcomes:
            lines += [f"## {outcome.figure.title}", ""]
            lines += [*table(READING_COLUMNS, reading_rows(outcome)), ""]
            lines += [*(f"- {remark}" for remark in remarks(outcome)), ""]
        return "\n".join(lines)

    def json(self) -> dict[str, Any]:
        """Every single reading too."""
        return {
            "machine": self.machine,
            "figures": [self._figure_json(outcome) for outcome in self.outcomes],
        }

    def _verdict_rows(self) -> list[tuple[str, ...]]:
        return [row for outcome in self.outcomes for row in verdict_rows(outcome)]

    @staticmethod
    def _figure_json(outcome: Outcome) -> dict[str, Any]:
        return {
            "name": outcome.figure.name,
            "title": outcome.figure.title,
            "units": outcome.figure.units,
            "skipped": outcome.skips,
            "failed": outcome.failures,
            "stopped": outcome.failure,
            "readings": [
                {"metric": metric, "contestant": contestant, "rounds": rounds}
                for (metric, contestant), rounds in outcome.values.items()
            ],
            "bounds": [
                {
                    **asdict(verdict.bound),
                    "measured": None if verdict.spread is None else asdict(verdict.spread),
                    "reached": verdict.reached,
                }
                for verdict in outcome.verdicts()
            ],
        }


def figure_text(outcome: Outcome) -> str:
    """One figure's readings, verdicts and remarks, aligned."""
    lines = columns(READING_COLUMNS, reading_rows(outcome))
    lines += ["", *columns(VERDICT_COLUMNS, verdict_rows(outcome))]
    lines += [*(f"- {remark}" for remark in remarks(outcome))]
    return "\n".join(f"   {line}".rstrip() for line in lines)


def reading_rows(outcome: Outcome) -> list[tuple[str, ...]]:
    """One row for each contestant and metric."""
    return [
        (metric, contestant, numerals.spread(spread), outcome.figure.units[metric])
        for (metric, contestant), spread in sorted(outcome.spreads().items())
    ]


def verdict_rows(outcome: Outcome) -> list[tuple[str, ...]]:
    """One row for each bound."""
    return [
        (
            outcome.figure.name,
            numerals.subject(verdict.bound),
            "-" if verdict.spread is None else numerals.spread(verdict.spread),
            numerals.limit(outcome.figure, verdict.bound),
            numerals.answer(verdict),
        )
        for verdict in outcome.verdicts()
    ]


def remarks(outcome: Outcome) -> list[str]:
    """Tell what a reader has to know: notes, who was skipped and why, what failed."""
    skipped = [f"{name} skipped: {reason}" for name, reason in outcome.skips.items()]
    failed = [f"{name} FAILED: {reason}" for name, reason in outcome.failures.items()]
    stopped = [f"STOPPED: {outcome.failure}"] if outcome.failure else []
    return [*outcome.figure.notes, *skipped, *failed, *stopped]


def columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines with aligned columns."""
    cells = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table."""
    body = [f"| {' | '.join(row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *body]
