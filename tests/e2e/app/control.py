"""Remote control that waits for a worker's answer as long as a busy machine needs for it."""

from typing import Any

from celery.app.control import Control


class PatientControl(Control):
    """Where no time is given, whoever asks some workers waits until they have answered."""

    def broadcast(self, command: str, **options: Any) -> Any:
        if options.get("destination"):
            options.setdefault("timeout", 60.0)
        return super().broadcast(command, **options)
