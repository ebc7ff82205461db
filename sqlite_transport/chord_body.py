"""What becomes of a chord whose last part has returned: its body's messages, or its errors.

Nothing here writes to the chord's tables. It runs within `withholding`, and
may run again if the chord turned out to be not complete after all.
"""

from collections.abc import Iterator
from typing import Any

from celery import states
from celery.backends.base import _create_chord_error_with_cause
from celery.canvas import maybe_signature
from celery.exceptions import ChordError
from celery.result import GroupResult, allow_join_result
from celery.utils.log import get_logger

from sqlite_transport import chords
from sqlite_transport.chords import Part
from sqlite_transport.errors import Unavailable
from sqlite_transport.withheld import Withheld

logger = get_logger("celery.backends.sqlite")


class ChordBody:
    """The body of one chord, sent by `last`, the part that completes it."""

    def __init__(self, backend: Any, chord: Any, last: Part) -> None:
        self._backend = backend
        self._app = backend.app
        self._callback = maybe_signature(chord, app=self._app)
        self._last = last

    def send(self, withheld: Withheld) -> None:
        """Call the body with the header's results, or fail it with the header's error."""
        group_id = self._last.group_id
        try:
            values = self._values()
        except Unavailable:
            raise
        except ChordError as error:
            logger.exception("Chord %r raised: %r", group_id, error)
            self._fail(error)
        except Exception as error:
            logger.exception("Chord %r raised: %r", group_id, error)
            self._fail(ChordError(f"Join error: {error!r}"))
        else:
            try:
                self._publish(values)
            except Exception as error:
                logger.exception("Chord callback for %r raised: %r", group_id, error)
                withheld.drop()
                self._fail(ChordError(f"Callback error: {error!r}"))

    def _publish(self, values: list[Any]) -> None:
        # Celery 5.7 waits between the tries of such a publish.
        retrying = getattr(self._app.amqp, "_retry_publish", None)
        if retrying is None:
            self._callback.delay(values)
        else:
            retrying(self._callback.delay, values)

    def _fail(self, error: ChordError) -> None:
        self._backend.chord_error_from_stack(self._callback, error)

    def _values(self) -> list[Any]:
        header = GroupResult.restore(self._last.group_id, backend=self._backend, app=self._app)
        if header is None:
            return [self._unpack(*part) for part in self._parts()]
        # It is kept only if it has groups in it: the body gets lists in lists.
        returned = {str(task_id): (state, value) for task_id, state, value in self._parts()}
        with allow_join_result():
            return [self._joined(result, returned) for result in header.results]

    def _joined(self, result: Any, returned: dict[str, tuple[str, Any]]) -> Any:
        if isinstance(result, GroupResult):
            return [self._joined(child, returned) for child in result.results]
        if str(result.id) not in returned:
            return result.get(timeout=self._app.conf.result_chord_join_timeout)
        state, value = returned[str(result.id)]
        if state in states.PROPAGATE_STATES:
            raise value
        return value

    def _unpack(self, task_id: str, state: str, value: Any) -> Any:
        if state in states.PROPAGATE_STATES:
            raise _create_chord_error_with_cause(
                message=f"Dependency {task_id} raised {value!r}", original_exc=value
            )
        return value

    def _parts(self) -> Iterator[tuple[str, str, Any]]:
        """Yield id, state and value of every part in the header's order, the last one included."""
        for part in self._in_order():
            _, task_id, state, value = self._backend.decode(part.payload)
            if state in states.EXCEPTION_STATES:
                value = self._backend.exception_to_python(value)
            yield task_id, state, value

    def _in_order(self) -> Iterator[Part]:
        last: Part | None = self._last
        for part in chords.parts(self._backend.database, self._last.group_id):
            if last is not None and part[:3] >= last[:3]:
                if part[:3] != last[:3]:
                    yield last
                last = None
            yield part
        if last is not None:
            yield last
