"""The part of the result backend that counts chords and sends their bodies.

The protocol, and what is left if a worker dies within it, is told in
docs/results.md.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from celery.result import GroupResult
from celery.utils.functional import _regen
from kombu.exceptions import OperationalError

from sqlite_transport import chords, results
from sqlite_transport.chord_body import ChordBody
from sqlite_transport.chords import Part, Standing
from sqlite_transport.purging import purge_now_and_then
from sqlite_transport.storing import Storing
from sqlite_transport.waiters import ring
from sqlite_transport.withheld import Withheld, withheld_for, withholding

#: Seconds for which a complete chord is remembered, if chords do not expire.
REMEMBERED = 86400.0


class Chording(Storing):
    """Celery's `Backend` on the file, with chords."""

    @property
    def chord_expires(self) -> float | None:
        """Seconds after which a chord that does not complete is forgotten."""
        given = self.app.conf.get("result_chord_expires")
        expires: float | None = (
            self.expires if given is None else self.prepare_expires(given, type=float)
        )
        return expires

    def _chord_expiry(self, now: float) -> float | None:
        expires = self.chord_expires
        return now + expires if expires else None

    # -- beginning --------------------------------------------------------

    def apply_chord(self, header_result_args: Any, body: Any, **_: Any) -> None:
        """Prepare for a chord's header to be sent.

        Only a header that has groups in it is saved: the parts alone would not
        tell which belong together.
        """
        group_id = str(header_result_args[0])
        if chords.is_known(self.database, group_id):
            self._write(chords.restart, group_id, time.time())
        if not isinstance(header_result_args[1], _regen):
            header = self.app.GroupResult(*header_result_args)
            if any(isinstance(result, GroupResult) for result in header.results):
                self._keep_group(header.id, header, self._header_expires())

    def _header_expires(self) -> float | None:
        # Users read it as well, so it is there as long as any saved group.
        expires = self.chord_expires
        return max(expires, self.expires) if expires and self.expires else None

    def set_chord_size(self, group_id: str, chord_size: int) -> None:
        """Note how many parts a chord has, before the last of them is sent."""
        now = time.time()
        self._write(chords.set_size, group_id, chord_size, now, self._chord_expiry(now))

    def add_to_chord(self, chord_id: str, result: Any) -> None:
        """Note that a chord has one part more."""
        self._write(chords.expect_another, chord_id, self._chord_expiry(time.time()))

    def _write(self, change: Any, *arguments: Any) -> None:
        """Do a change now, or with the messages to which it belongs."""
        withheld = withheld_for(self.database)
        if withheld is not None:
            withheld.take_write(lambda connection: change(connection, *arguments))
        else:
            self._patiently(self._write_now, change, *arguments)

    def _write_now(self, change: Any, *arguments: Any) -> None:
        with self.database.writing as connection:
            change(connection, *arguments)

    # -- a part returns ---------------------------------------------------

    def mark_as_done(self, *arguments: Any, **options: Any) -> None:
        """Store a success; for a part of a chord in one transaction with it."""
        with self._holding():
            super().mark_as_done(*arguments, **options)

    def mark_as_failure(self, *arguments: Any, **options: Any) -> None:
        """Store a failure; for a part of a chord in one transaction with it."""
        with self._holding():
            super().mark_as_failure(*arguments, **options)

    def mark_as_revoked(self, *arguments: Any, **options: Any) -> None:
        """Store that a task was revoked; for a part of a chord in one transaction with it."""
        with self._holding():
            super().mark_as_revoked(*arguments, **options)

    def _fail_chain(self, *arguments: Any, **options: Any) -> None:
        with self._holding():
            super()._fail_chain(*arguments, **options)

    @contextmanager
    def _holding(self) -> Iterator[None]:
        """Hold the results of parts back until their parts are returned, which follows."""
        before, self._own.held = self._own.held, {}
        try:
            yield
            self._put_held()
        except BaseException:
            with suppress(OperationalError):
                self._put_held()
            raise
        finally:
            self._own.held = before

    def _put_held(self) -> None:
        held, self._own.held = self._own.held or {}, None
        for row in held.values():
            self._patiently(self._put, row)

    def on_chord_part_return(self, request: Any, state: str, result: Any, **_: Any) -> None:
        """Store the part that a task returns, with its result; the last one sends the body."""
        task_id, group_id, position = request.id, request.group, request.group_index
        if not group_id or not task_id:
            return
        payload = self._payload([1, task_id, state, self.encode_result(result, state)])
        part = Part(
            str(group_id), chords.LAST if position is None else position, str(task_id), payload
        )
        held = self._own.held or {}
        self._patiently(self._return_part, request.chord, part, held.get(part.task_id))
        held.pop(part.task_id, None)
        purge_now_and_then(self.database)

    def _return_part(self, chord: Any, part: Part, row: results.Row | None) -> None:
        standing: Standing | None = chords.look(self.database.reader, part, time.time())
        while standing is not None:
            standing = self._try_to_return(chord, part, row, standing)

    def _try_to_return(
        self, chord: Any, part: Part, row: results.Row | None, expected: Standing
    ) -> Standing | None:
        """Write it all if the chord stands as expected; if not, return how it stands.

        Of a chord that this part does not complete it is enough that it still
        does not; others may return theirs meanwhile.
        """
        now = time.time()
        body = self._body(chord, part) if expected.completes else None
        with self.database.writing as connection:
            found = chords.look(connection, part, now)
            if found.completes and found != expected:
                return found
            if body is not None and not found.completes and not found.is_completed:
                return found
            is_stored = row is not None and connection.execute(results.STORE, row).rowcount > 0
            if found.completes and body is not None:
                body.store(connection)
                self._complete(connection, part.group_id, now)
            elif not found.is_completed:
                chords.add_part(connection, part, now, self._chord_expiry(now))
        if is_stored:
            ring(self.database, [part.task_id])
        if found.completes and body is not None:
            body.announce()
            chords.forget_parts(self.database, part.group_id)
        return None

    def _complete(self, connection: Any, group_id: str, now: float) -> None:
        chords.complete(connection, group_id, now, now + (self.chord_expires or REMEMBERED))

    def _body(self, chord: Any, part: Part) -> Withheld:
        with withholding(self.database) as withheld:
            ChordBody(self, chord, part).send(withheld)
        return withheld
