"""What is wrong with broker, workers, history and results, and what to do."""

import uuid
from collections.abc import Iterator

from celery.backends.base import DisabledBackend
from kombu.exceptions import OperationalError

from sqlite_transport.jobs.doctor.finding import Finding, error, ok, warning
from sqlite_transport.jobs.elsewhere.archived import Archived
from sqlite_transport.jobs.elsewhere.asking import TIMEOUT, Asking
from sqlite_transport.jobs.elsewhere.pausing import PAUSED

IMPORT = 'set imports = ["sqlite_transport.worker"]'

#: Redis hands out again what was not acknowledged for so many seconds, by default and at least.
DEFAULT, ENOUGH = 3600, 6 * 3600


class Doctoring(Archived, Asking):
    """The verb `doctor`."""

    def doctor(self, *, deep: bool = False) -> list[Finding]:  # noqa: ARG002 - there is no file
        """Look whether broker, workers, history and result backend can be used."""
        try:
            with self._connected() as connection:
                shown = connection.as_uri()
        except OperationalError as found:
            return [error("broker", str(found), "start it, or correct broker_url")]
        return [
            ok("broker", f"{shown} answers"),
            *self._workers(),
            *self._patience(),
            self._history(),
            self._results(),
        ]

    def _workers(self) -> Iterator[Finding]:
        (answers,) = self._ask(PAUSED)
        if not answers:
            yield warning(
                "workers",
                f"none has answered within {TIMEOUT:g} s",
                "start one, or look in their logs: a solo pool answers between its jobs",
            )
            return
        deaf = sorted(name for name, said in answers.items() if "error" in said)
        yield ok("workers", f"{len(answers)} have answered: {', '.join(sorted(answers))}")
        if deaf:
            yield warning(
                "imports",
                f"{', '.join(deaf)} write no history and cannot pause a queue",
                f"{IMPORT} and restart them",
            )

    def _patience(self) -> Iterator[Finding]:
        if self.scheme not in ("redis", "rediss", "sentinel"):
            return
        options = self.app.conf.broker_transport_options or {}
        seconds = options.get("visibility_timeout", DEFAULT)
        if self.app.conf.task_acks_late and seconds < ENOUGH:
            yield warning(
                "visibility timeout",
                f"a job that runs for longer than {seconds} s is handed out a second time",
                'set broker_transport_options = {"visibility_timeout": …} beyond your longest job',
            )

    def _history(self) -> Finding:
        if self._archive is None:
            return warning(
                "history",
                "nothing is kept of how jobs end",
                f"set history_url in broker_transport_options, and {IMPORT}",
            )
        try:
            return ok("history", f"{self._archive.check()} can be used")
        except OperationalError as found:
            return error("history", str(found), "see the message; jobs run meanwhile")

    def _results(self) -> Finding:
        backend = self.app.backend
        if isinstance(backend, DisabledBackend):
            return ok("results", "none are kept, so there is no progress to see either")
        if backend.as_uri() == "rpc://":
            return ok("results", "rpc:// keeps them for who sent the task")
        try:
            backend.get_task_meta(str(uuid.uuid4()), cache=False)
        except Exception as found:
            # Each backend has exceptions of its own.
            shown = f"{backend.as_uri()}: {type(found).__name__}: {found}"
            return error("results", shown, "start it, or correct result_backend")
        return ok("results", f"{backend.as_uri()} answers")
