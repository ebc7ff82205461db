"""A library where nothing changed is walked."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from benchmarks.bench import Bench
from benchmarks.figure import Bound, Figure
from benchmarks.movie_library import FILES_PER_MOVIE, LIBRARY, make_movie_library
from benchmarks.processes import CHECKOUT
from benchmarks.samples import Reading, Sample

OURS, PLAIN = "library-scan", "os.walk"
MEBIBYTE = 1 << 20


def measure(bench: Bench) -> Iterator[Reading]:
    """Walk one library in every round, each time in a new process; then only look at its files."""
    with bench.scratch() as directory:
        movies = bench.size.library_movies
        make_movie_library(directory, movies)
        thousands = movies * FILES_PER_MOVIE / 1000
        for turn in range(bench.size.rounds):
            report = _walk(directory)
            if (report["directories"], report["changed"]) != (movies, 0):
                raise RuntimeError(f"not the library that was made: {report}")
            yield Sample("time", OURS, turn, report["seconds"])
            yield Sample("memory", OURS, turn, report["memory"] / MEBIBYTE)
            yield Sample("per 1,000 files", OURS, turn, report["seconds"] * 1000 / thousands)
            seconds = _look_at_all(directory / LIBRARY)
            yield Sample("per 1,000 files", PLAIN, turn, seconds * 1000 / thousands)


def _walk(directory: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.walker", str(directory)]
    done = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True)
    report: dict[str, float] = json.loads(done.stdout)
    return report


def _look_at_all(root: Path) -> float:
    start = perf_counter()
    for directory, _directories, files in os.walk(root):
        for name in files:
            os.stat(f"{directory}/{name}")  # noqa: PTH116 - as plain as it gets
    return perf_counter() - start


FIGURE = Figure(
    name="library-scan",
    title="Walk of a library of 5,000 movies with 3 files each, nothing changed",
    units={"time": "s", "memory": "MiB", "per 1,000 files": "ms"},
    bounds=(
        Bound("time", OURS, at_most=20.0, judge="max"),
        Bound("memory", OURS, at_most=300.0, judge="max"),
        Bound("per 1,000 files", OURS, at_most=1_300.0, judge="max"),
    ),
    measure=measure,
    notes=(
        "Time from the first query to the last write, the most resident memory of its process,",
        "and beside it what it takes merely to look at every file. With --quick 1,000 movies.",
    ),
)
