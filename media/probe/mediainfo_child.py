"""The process that runs MediaInfo on one file: prints its JSON report.

Ends with status 3 when there is no MediaInfo to run.
"""

import sys
from pathlib import Path

NO_MEDIAINFO = 3


def main(path: str) -> int:
    """Report on `path`; returns the exit status."""
    try:
        from pymediainfo import MediaInfo
    except ImportError:
        return NO_MEDIAINFO
    if not MediaInfo.can_parse():
        return NO_MEDIAINFO
    # The open file, not its name: the library reads names by the locale.
    with Path(path).open("rb") as file:
        sys.stdout.write(MediaInfo.parse(file, output="JSON", full=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
