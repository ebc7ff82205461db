"""Delete log files that nobody writes to any more."""

import stat
import time
from pathlib import Path

from media.settings import Settings

_PATTERNS = ("*.log", "*.log.*")
_DAY = 24 * 3600


def remove_old_logs(settings: Settings) -> int:
    """Delete the old log files of the settings' `log_directory`; returns how many went.

    Links are left alone, and so is what may not be deleted.
    """
    retention = settings.retention
    if retention.log_directory is None:
        return 0
    limit = time.time() - retention.log_days * _DAY
    found = {path for pattern in _PATTERNS for path in retention.log_directory.glob(pattern)}
    return sum(_remove_if_old(path, limit) for path in sorted(found))


def _remove_if_old(path: Path, limit: float) -> bool:
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_mtime >= limit:
            return False
        path.unlink()
    except OSError:
        # Whoever writes the logs turns them over meanwhile.
        return False
    return True
