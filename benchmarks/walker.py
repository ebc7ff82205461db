"""One walk of a library where nothing changed: `python -m benchmarks.walker DIRECTORY`.

Tells as JSON how many seconds it took, what the most memory of the process was, in
bytes, and how many directories it found and how many changed.
"""

import json
import re
import sys
from pathlib import Path
from time import perf_counter

from benchmarks.movie_library import LIBRARY, settings_in
from media.library_scan import walk_library
from media.phases import ScanPhase

KIBIBYTE = 1024


def walk(directory: Path) -> dict[str, float]:
    """Walk the library that was made in the directory, from the first query to the last write."""
    settings = settings_in(directory)
    start = perf_counter()
    under_way = walk_library(LIBRARY, "benchmark", settings, ScanPhase())
    changed = sum(len(slice_) for slice_ in under_way)
    summary = under_way.finish()
    seconds = perf_counter() - start
    found = {"directories": summary.directories, "changed": changed}
    return {"seconds": seconds, "memory": _most_memory(), **found}


def _most_memory() -> int:
    # Not getrusage: that counts what the parent had before it started this program.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    most = re.search(r"VmHWM:\s+(\d+) kB", status)
    if most is None:
        raise RuntimeError("the kernel does not tell the most memory")
    return int(most[1]) * KIBIBYTE


if __name__ == "__main__":
    print(json.dumps(walk(Path(sys.argv[1]))))
