"""The life of jobs, walked at random and compared with a model in plain Python."""

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sqlite_transport import queue, settling
from sqlite_transport.broker import open_broker
from sqlite_transport.history import Outcome
from sqlite_transport.message import Envelope
from sqlite_transport.queue import Return
from sqlite_transport.settling import Delivery
from sqlite_transport.status import CANCELLED, COMPLETED, FAILED, RETRIED

QUEUES = ["films", "series"]
MAX_DELIVERIES = 3
START = 1_000_000.0

names = st.sampled_from(QUEUES)
waits = st.none() | st.integers(0, 30)
chance = st.randoms(use_true_random=False)


@dataclass
class Job:
    """What the model knows of a job in the queue."""

    queue: str
    priority: int
    due: float | None
    expires: float | None
    status: str
    session: int | None = None
    deliveries: int = 0
    redelivered: int = 0
    retry_count: int = 0
    accepted: int = 0


class Life(RuleBasedStateMachine):
    """Every verb of the broker, at a time that the test sets."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp()).resolve()
        self.broker = open_broker(self.directory / "queue.db", 5.0)
        self.now = START
        self.jobs: dict[int, Job] = {}
        self.last_id = 0
        self.ended: list[tuple[int, str]] = []
        self.hands: dict[int, Delivery] = {}
        self.dead: list[tuple[int, Delivery]] = []  # what is not the session's any more
        self.sessions = [self.broker.begin_session() for _ in range(2)]

    def teardown(self) -> None:
        for session in self.sessions:
            self.broker.end_session(session, 0)
        self.broker.database.close()
        shutil.rmtree(self.directory)

    # -- the model's words ------------------------------------------------

    def end(self, job: int, status: str) -> None:
        self.let_go(job)
        del self.jobs[job]
        self.ended.append((job, status))

    def put_back(self, job: int, why: Return) -> None:
        found = self.jobs[job]
        less, seen = why.value
        self.let_go(job)
        self.jobs[job] = replace(
            found,
            status="pending",
            session=None,
            deliveries=found.deliveries - less,
            redelivered=max(found.redelivered, seen),
            accepted=0,
        )

    def let_go(self, job: int) -> None:
        session = self.jobs[job].session
        if session is not None:
            self.dead.append((session, self.hands.pop(job)))

    def held(self, session: int | None = None) -> list[int]:
        return [
            number
            for number, job in self.jobs.items()
            if job.session is not None and session in (None, job.session)
        ]

    def choose(self, random: Any) -> tuple[int, int]:
        job = random.choice(self.held())
        return job, self.jobs[job].session

    # -- the verbs --------------------------------------------------------

    @rule(name=names, priority=st.integers(0, 9), wait=waits, life=waits)
    def publish(self, name: str, priority: int, wait: int | None, life: int | None) -> None:
        due = None if not wait else self.now + wait
        expires = None if life is None else self.now + life
        self.last_id += 1
        self.send(self.last_id, Job(name, priority, due, expires, "pending"))

    def send(self, number: int, job: Job) -> None:
        """Publish the task of this number."""
        envelope = Envelope(
            exchange="",
            routing_key=job.queue,
            priority=job.priority,
            created_at=self.now,
            due_at=job.due,
            expires_at=job.expires,
            type="tasks.scan",
            task_id=f"task-{number}",
            payload="{}",
            headers="{}",
            properties="{}",
            content_type="application/json",
            content_encoding="utf-8",
            retry_count=job.retry_count,
            is_task=True,
            persistent=True,
        )
        self.broker.publish((envelope,), full=False)
        job.status = "pending" if job.due is None else "scheduled"
        self.jobs[number] = job

    @rule(
        of=st.sampled_from([["films"], ["series"], QUEUES]),
        limit=st.integers(1, 4),
        who=st.integers(0, 1),
    )
    def claim(self, of: list[str], limit: int, who: int) -> None:
        session = self.sessions[who]
        with self.broker.database.writing as connection:
            queue.promote_due(connection, self.now)
            claimed = queue.claim(connection, of, limit, session, self.now)
        for job in self.jobs.values():
            if job.status == "scheduled" and job.due is not None and job.due <= self.now:
                job.status = "pending"
        ready = [
            number
            for number, job in self.jobs.items()
            if job.status == "pending"
            and job.queue in of
            and (job.expires is None or job.expires > self.now)
        ]
        expected = sorted(ready, key=lambda number: (self.jobs[number].priority, number))[:limit]
        assert [job.id for job in claimed] == expected
        for job in claimed:
            found = self.jobs[job.id]
            assert (job.queue, job.priority) == (found.queue, found.priority)
            assert (job.redelivered, job.retry_count) == (found.redelivered, found.retry_count)
            self.hands[job.id] = Delivery(job)
            found.status, found.session = "processing", session
            found.deliveries += 1

    @precondition(lambda self: self.held())
    @rule(random=chance, outcome=st.sampled_from([COMPLETED, FAILED, CANCELLED]))
    def settle(self, random: Any, outcome: str) -> None:
        job, session = self.choose(random)
        self.hands[job].outcome = Outcome(outcome, "why", worker="w", max_retries=3)
        self.finish(job, session)
        self.end(job, outcome)

    @precondition(lambda self: self.held())
    @rule(random=chance)
    def settle_plainly(self, random: Any) -> None:
        job, session = self.choose(random)
        self.hands[job].outcome = settling.DONE
        self.finish(job, session)
        self.end(job, COMPLETED)

    def finish(self, job: int, session: int) -> None:
        with self.broker.database.writing as connection:
            kept = self.broker.kept
            settling.finish(connection, [self.hands[job]], session, kept, self.now)

    @precondition(lambda self: self.held())
    @rule(random=chance)
    def accept(self, random: Any) -> None:
        job, session = self.choose(random)
        with self.broker.database.writing as connection:
            self.hands[job].accepted = True
            settling.begin(connection, [self.hands[job]], session)
        self.jobs[job].accepted = 1

    @precondition(lambda self: self.held())
    @rule(random=chance, name=names, wait=waits, settled=st.booleans())
    def retry(self, random: Any, name: str, wait: int | None, settled: bool) -> None:
        """The task is sent again, and its attempt is settled, or its process dies before."""
        job, session = self.choose(random)
        found = self.jobs[job]
        due = None if not wait else self.now + wait
        again = Job(name, found.priority, due, None, "", retry_count=found.retry_count + 1)
        self.let_go(job)
        self.send(job, again)
        if settled:
            delivery = self.dead[-1][1]
            delivery.outcome = Outcome(RETRIED, "why")
            with self.broker.database.writing as connection:
                settling.retry(connection, delivery, session, self.broker.kept, self.now)

    @precondition(lambda self: self.held())
    @rule(random=chance)
    def requeue(self, random: Any) -> None:
        job, session = self.choose(random)
        with self.broker.database.writing as connection:
            fence = (job, self.jobs[job].retry_count)
            one, limit = queue.POISON_ONE, MAX_DELIVERIES
            queue.bury_poison(connection, one, session, limit, self.now, *fence)
            queue.give_back(connection, [fence], Return.REQUEUED, session, self.now)
        if self.jobs[job].deliveries >= MAX_DELIVERIES:
            self.end(job, FAILED)
        else:
            self.put_back(job, Return.REQUEUED)

    @precondition(lambda self: self.dead)
    @rule(random=chance)
    def settle_too_late(self, random: Any) -> None:
        session, delivery = random.choice(self.dead)
        found = self.jobs.get(delivery.id)
        if found and (found.session, found.retry_count) == (session, delivery.attempt):
            return  # it was claimed again since, by the same session
        delivery.outcome = Outcome(COMPLETED)
        delivery.accepted, delivery.begun = True, (self.now, "w")
        with self.broker.database.writing as connection:
            settling.begin(connection, [delivery], session)
            settling.finish(connection, [delivery], session, self.broker.kept, self.now)
            settling.finish(connection, [delivery], session, (), self.now)
            late = (delivery.id, delivery.attempt)
            queue.bury_poison(connection, queue.POISON_ONE, session, 1, self.now, *late)
            queue.give_back(connection, [late], Return.REQUEUED, session, self.now)

    @rule(who=st.integers(0, 1), why=st.sampled_from([Return.UNSEEN, Return.UNSETTLED]))
    def close(self, who: int, why: Return) -> None:
        session = self.sessions[who]
        held = self.held(session)
        with self.broker.database.writing as connection:
            fences = [(job, self.jobs[job].retry_count) for job in held]
            queue.give_back(connection, fences, why, session, self.now)
        self.broker.end_session(session, MAX_DELIVERIES)
        for job in held:
            self.put_back(job, why)
        self.sessions[who] = self.broker.begin_session()

    @rule(who=st.integers(0, 1))
    def crash(self, who: int) -> None:
        session = self.sessions[who]
        held = self.held(session)
        self.broker.abandon_session(session)  # as the kernel does for a dead process
        self.broker.reap(self.broker.known_sessions(), MAX_DELIVERIES)
        for job in held:
            if self.jobs[job].accepted or self.jobs[job].deliveries >= MAX_DELIVERIES:
                self.end(job, FAILED)
            else:
                self.put_back(job, Return.REQUEUED)
        self.sessions[who] = self.broker.begin_session()

    @rule(seconds=st.integers(1, 20))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def the_next_moment_comes(self) -> None:
        moments = [each for job in self.jobs.values() for each in (job.due, job.expires)]
        later = [each for each in moments if each is not None and each > self.now]
        self.now = min(later, default=self.now)

    @rule()
    def expire(self) -> None:
        with self.broker.database.writing as connection:
            queue.expire(connection, self.now)
        over = [
            number
            for number, job in self.jobs.items()
            if job.session is None and job.expires is not None and job.expires <= self.now
        ]
        for job in over:
            self.end(job, CANCELLED)

    @rule(name=names)
    def purge(self, name: str) -> None:
        waiting = [
            number for number, job in self.jobs.items() if job.queue == name and job.session is None
        ]
        assert self.broker.purge(name) == len(waiting)
        for job in waiting:
            self.end(job, CANCELLED)

    # -- what always holds ------------------------------------------------

    @invariant()
    def the_queue_is_as_the_model(self) -> None:
        rows = self.broker.database.read(
            "SELECT id, queue, priority, due_at, expires_at, status, session, deliveries,"
            " redelivered, retry_count, accepted FROM job_queue ORDER BY id"
        )
        assert {row[0]: Job(*row[1:]) for row in rows} == self.jobs

    @invariant()
    def every_job_ended_once_and_as_it_should(self) -> None:
        rows = self.broker.database.read("SELECT job_id, status FROM job_history")
        assert sorted(rows) == sorted(self.ended)

    @invariant()
    def the_next_times_are_known(self) -> None:
        due = [job.due for job in self.jobs.values() if job.status == "scheduled"]
        over = [
            job.expires
            for job in self.jobs.values()
            if job.session is None and job.expires is not None
        ]
        read = self.broker.database.read
        assert read(queue.NEXT_DUE) == [(min(due, default=None),)]
        assert read(queue.NEXT_EXPIRY) == [(min(over, default=None),)]


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestLife = Life.TestCase
