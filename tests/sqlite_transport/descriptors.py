"""The files below a directory that this process has open, and no others: threads come and go."""

from pathlib import Path

import pytest


def open_below(directory: Path) -> list[str]:
    """Return a name for each descriptor; skip the test where that cannot be told."""
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("no /proc here")
    found = []
    for descriptor in descriptors.iterdir():
        try:
            name = str(descriptor.readlink())
        except FileNotFoundError:
            continue  # closed meanwhile, as that of this very list
        if name.startswith(f"{directory}/"):
            found.append(name)
    return sorted(found)
