"""What of a library is looked at: the scan configuration, bound to a library's root."""

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from media.phases import ScanPhase
from media.scan.file_names import Endings
from media.scan.ignoring import IgnorePatterns

BYTES_PER_GB = 1_000_000_000


@dataclass(frozen=True)
class ScanRules:
    """The scan configuration `phase` in the library at `root`."""

    root: Path
    phase: ScanPhase = field(default_factory=ScanPhase)

    @cached_property
    def endings(self) -> Endings:
        """Which endings are videos' and images'."""
        return Endings.of(self.phase)

    @cached_property
    def ignored(self) -> IgnorePatterns:
        """What is left out."""
        return IgnorePatterns.of(self.phase.ignore_patterns)

    @property
    def max_video_bytes(self) -> float:
        """How large a video may be; one that is larger is left out."""
        return self.phase.max_file_size_gb * BYTES_PER_GB

    @cached_property
    def real_root(self) -> str:
        """Where the root is once its own links are followed."""
        return os.path.realpath(self.root)

    def holds(self, path: str) -> bool:
        """Whether `path`, all links followed, lies in the library."""
        real = os.path.realpath(path)
        return real == self.real_root or real.startswith(f"{self.real_root.rstrip('/')}/")
