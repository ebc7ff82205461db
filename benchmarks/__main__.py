"""`python -m benchmarks`: see the package's own description."""

import argparse
import json
import signal
import sys
from dataclasses import replace
from pathlib import Path

import benchmarks
from benchmarks import numerals
from benchmarks.figure import Figure
from benchmarks.figures import FIGURES
from benchmarks.report import columns
from benchmarks.run import bench, run
from benchmarks.size import FULL, QUICK, Size


def main(arguments: list[str] | None = None) -> int:
    """Measure, report, and give the exit code."""
    options = _parser().parse_args(arguments)
    figures = [figure for figure in FIGURES if not options.only or figure.name in options.only]
    if options.list:
        print(_list(figures))
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with bench(_size(options.quick, options.repeat), options.directory) as on:
            report = run(figures, on)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    print(report.text())
    if options.markdown:
        options.markdown.write_text(report.markdown(), encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps(report.json(), indent=2), encoding="utf-8")
    return 1 if options.strict and report.missed() else 0


def _size(quick: bool, repeat: int | None) -> Size:
    size = QUICK if quick else FULL
    return size if repeat is None else replace(size, rounds=repeat, worker_rounds=repeat)


def _list(figures: list[Figure]) -> str:
    rows = [
        (figure.name, figure.title, numerals.subject(bound), numerals.limit(figure, bound))
        for figure in figures
        for bound in figure.bounds
    ]
    return "\n".join(columns(("figure", "title", "what", "bound"), rows))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=benchmarks.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [figure.name for figure in FIGURES]
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=names, help="these figures")
    parser.add_argument("--quick", action="store_true", help="smaller loads, fewer rounds")
    parser.add_argument("--repeat", type=_positive, metavar="N", help="rounds of every figure")
    parser.add_argument("--directory", type=Path, help="where queues are kept while measured")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every reading")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the report")
    parser.add_argument("--list", action="store_true", help="name the figures, measure nothing")
    parser.add_argument("--strict", action="store_true", help="exit 1 unless all is reached")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


if __name__ == "__main__":
    sys.exit(main())
