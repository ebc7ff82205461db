"""The index says of every job what it is about, whoever puts it in and whatever happens between."""

import json
import time
from collections.abc import Callable, Iterable
from itertools import pairwise
from threading import Thread

from sqlite_transport.database import Database
from sqlite_transport.search import indexing, tables
from sqlite_transport.search.indexing import Indexing
from sqlite_transport.search.sieve import Sieve
from sqlite_transport.search.tables import State, read_state, want
from sqlite_transport.search.terms import (
    Term,
    of_queue,
    of_task,
    of_type,
    of_words,
    packed,
    unpacked,
)

Add = Callable[..., None]

EVERYTHING = 2**40
BLOCKS = "SELECT id, last, jobs FROM job_search_block ORDER BY id"


def hits(database: Database, *terms: Term) -> list[int]:
    state = read_state(database)
    assert state is not None
    found = Sieve(database, state, terms).collect(0, EVERYTHING, EVERYTHING, float("inf"))
    assert found is not None
    return sorted(set(found))


def words(text: str) -> list[Term]:
    return of_words(text.split())


def covered(database: Database) -> tuple[int, int]:
    state = read_state(database)
    assert state is not None
    return state.low, state.high


def index(database: Database) -> None:
    want(database)
    assert Indexing(database).catch_up(60)


def test_places_survive() -> None:
    assert list(unpacked(packed([0, 1, 65535]))) == [0, 1, 65535]
    assert packed([258]) == b"\x02\x01"


def test_nobody_makes_it_unasked(database: Database, add: Add) -> None:
    add(range(1, 100))
    Indexing(database).keep_up(changed=True)
    assert read_state(database) is None


def test_what_was_there_before_and_what_came_after(database: Database, add: Add) -> None:
    add(range(1, 31))
    index(database)
    assert covered(database) == (0, 30)
    add(range(31, 50), type="probe", queue="low")
    Indexing(database).keep_up(changed=True)
    assert covered(database) == (0, 46), "a block has eight jobs, and the rest waits for more"
    assert hits(database, of_type("scan")) == list(range(1, 31))
    assert hits(database, of_queue("low")) == list(range(31, 47))
    assert hits(database, of_task("task-44")) == [44]
    assert hits(database, *words("film 4")) == [4, *range(40, 47)]
    assert hits(database, *words("film 4"), of_type("probe")) == list(range(40, 47))
    assert hits(database, of_type("none")) == []


def test_what_is_no_task_is_left_out(database: Database, add: Add) -> None:
    add(range(1, 40), type="")
    add(range(40, 50))
    index(database)
    assert database.read("SELECT sum(jobs) FROM job_search_block") == [(10,)]


def test_gaps_that_no_block_can_stretch_over(database: Database, add: Add) -> None:
    jobs = [1, 70_000, 70_001, 200_000, 400_000]
    add(jobs)
    index(database)
    assert covered(database) == (0, 400_000)
    assert hits(database, *words("film")) == jobs
    add(range(500_000, 500_004))
    add(range(700_000, 700_009))
    assert Indexing(database).catch_up(60)
    assert hits(database, *words("film"))[: len(jobs) + 4] == [*jobs, *range(500_000, 500_004)]
    assert covered(database)[1] >= 700_000


def test_what_is_gone_leaves_no_work(database: Database, add: Add) -> None:
    """Ids go on, though hardly any of the jobs stays: the rest shall not be looked at for ever."""
    add([1])
    index(database)
    add([100])
    assert Indexing(database).catch_up(60)
    assert covered(database) == (0, 100)
    with database.writing as connection:
        connection.execute("DELETE FROM job")
        connection.execute("UPDATE state SET last_job_id = 1000")
    assert Indexing(database).catch_up(60)
    assert hits(database, *words("film")) == [1, 100], "who reads the jobs sees that they are gone"


def change(database: Database, job: int, payload: str, **values: str) -> None:
    with database.writing as connection:
        connection.execute("UPDATE job SET payload = ? WHERE id = ?", (payload, job))
        for name, value in values.items():
            connection.execute(f"UPDATE job SET {name} = ? WHERE id = ?", (value, job))


def test_a_job_that_changes_is_found_by_what_it_is_now(database: Database, add: Add) -> None:
    add(range(1, 17))
    index(database)
    change(database, 5, '[["opera"], {}, {}]', queue="low", type="probe")
    assert 5 in hits(database, *words("opera")), "at once: whoever asks looks at it"
    assert Indexing(database).catch_up(60)
    assert database.read("SELECT * FROM job_search_changed") == []
    assert hits(database, *words("opera")) == [5]
    assert hits(database, of_queue("low")) == [5]
    assert 5 not in hits(database, of_type("scan"))


def test_what_a_claim_and_an_end_set_is_no_change(database: Database, add: Add) -> None:
    add(range(1, 17))
    index(database)
    with database.writing as connection:
        connection.execute("UPDATE job SET status = 'processing', session = 1, worker = 'w'")
        connection.execute("UPDATE job SET payload = payload, queue = queue, type = type")
    assert database.read("SELECT * FROM job_search_changed") == []


def test_a_job_that_changes_while_it_is_put_in(database: Database, add: Add) -> None:
    """Its words are gathered before the turn; what they miss is marked, and put right."""
    add(range(1, 9))
    want(database)
    state = read_state(database)
    assert state is not None
    rows = database.read(indexing.OLDER, (state.low, 8))
    change(database, 5, '[["opera"], {}, {}]')
    block = indexing.block_of(rows[::-1])
    assert Indexing(database)._add(state, block, 0, state.high)
    # What was read was read before the change, in this thread's order of things.
    assert hits(database, *words("opera")) == [5]


def test_two_at_once_do_each_block_once(database: Database, add: Add) -> None:
    add(range(1, 400))
    want(database)
    done: list[bool] = []
    threads = [
        Thread(target=lambda: done.append(Indexing(database).catch_up(60))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Indexing(database).catch_up(60)
    assert len(done) == 4
    assert hits(database, of_type("scan")) == list(range(1, 400))
    blocks = database.read(BLOCKS)
    assert sum(jobs for _, _, jobs in blocks) == 399
    assert all(last < first for (_, last, _), (first, _, _) in pairwise(blocks))


def test_whoever_comes_second_stands_back(database: Database, add: Add) -> None:
    add(range(1, 30))
    state = want(database)
    first, second = Indexing(database), Indexing(database)
    assert first.step()
    assert not second._add(state, None, 0, 30), "the index has moved on meanwhile"
    second.keep_up(changed=True)
    assert covered(database)[0] > 0, "it leaves the next block to the first"


def test_an_index_of_another_version_is_made_anew(database: Database, add: Add) -> None:
    add(range(1, 30))
    index(database)
    with database.writing as connection:
        connection.execute("UPDATE job_search SET version = 0")
    assert read_state(database) is None
    Indexing(database).keep_up(changed=True)
    assert want(database).low == 30, "empty"
    index(database)
    assert hits(database, of_type("scan")) == list(range(1, 30))


def test_nobody_keeps_up_what_is_not_used(database: Database, add: Add) -> None:
    add(range(1, 30))
    index(database)
    add(range(30, 60))
    with database.writing as connection:
        connection.execute("UPDATE job_search SET searched_at = searched_at - ?", (90_000,))
    Indexing(database).keep_up(changed=True)
    assert covered(database) == (0, 29)
    want(database)
    assert want(database).searched_at > time.time() - 3600, "a search tells that it is used"
    Indexing(database).keep_up(changed=True)
    assert covered(database)[1] > 29


def sweep(database: Database, rounds: int) -> None:
    each = Indexing(database)
    for _ in range(rounds):
        each._sweep()


def test_blocks_shrink_and_go_with_their_jobs(database: Database, add: Add) -> None:
    add(range(1, 33))
    index(database)
    [(before,)] = database.read("SELECT count(*) FROM job_search_term")
    with database.writing as connection:
        connection.execute("DELETE FROM job WHERE id <= 8 OR id IN (10, 11, 12, 13, 14)")
    sweep(database, 10)
    assert database.read(BLOCKS) == [(9, 16, 3), (17, 24, 8), (25, 32, 8)]
    assert database.read("SELECT count(*) FROM job_search_term")[0][0] < before
    assert hits(database, of_type("scan")) == [9, 15, 16, *range(17, 33)]
    change(database, 10, "[]")


def test_a_body_with_too_much_in_it_is_always_named(database: Database, add: Add) -> None:
    add(range(1, 8))
    add([8], payload=json.dumps([["opera " + "x" * 70_000], {}, {}]))
    index(database)
    assert hits(database, *words("opera")) == [8]
    assert hits(database, *words("film")) == list(range(1, 9))


def test_long_words_are_cut(database: Database, add: Add) -> None:
    add(range(1, 9), payload=json.dumps([["w" * 300], {}, {}]))
    index(database)
    assert hits(database, *words("w" * 200)) == list(range(1, 9))
    [(longest,)] = database.read("SELECT max(length(term)) FROM job_search_term")
    assert longest <= 40


def test_a_sieve_gives_up_when_there_are_too_many(database: Database, add: Add) -> None:
    add(range(1, 200))
    index(database)
    state = read_state(database)
    assert isinstance(state, State)
    sieve = Sieve(database, state, [of_type("scan")])
    assert sieve.collect(0, EVERYTHING, 20, float("inf")) is None
    assert sieve.collect(0, EVERYTHING, EVERYTHING, 0.0) is None
    assert set(sieve.collect(50, 60, 50, float("inf")) or ()) == set(range(50, 61))


def in_set(sieve: Sieve, ids: Iterable[int]) -> list[int]:
    some = list(ids)
    return [job for job in some if job in sieve.among(some)]


def test_a_sieve_looks_into_the_blocks_it_is_asked_for(database: Database, add: Add) -> None:
    add(range(1, 100))
    add(range(100, 200), type="probe")
    index(database)
    state = read_state(database)
    assert state is not None
    sieve = Sieve(database, state, [of_type("probe")])
    assert in_set(sieve, range(90, 110)) == list(range(100, 110))
    assert in_set(sieve, [1, 199]) == [199]
    assert in_set(sieve, [5]) == []


def test_the_tables_are_made_once(database: Database) -> None:
    assert want(database) == want(database)
    with database.writing as connection:
        tables._create(connection, 0.0)
    assert database.read("SELECT count(*) FROM job_search") == [(1,)]
