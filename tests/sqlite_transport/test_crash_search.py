"""`kill -9` at every step of making and keeping the search index: it says of every job what it is.

A block is in it as a whole or not at all, and a change that it does not know
of yet is marked; so the next process finds everything that is there.
"""

from itertools import pairwise

import pytest
from crashes.searching import CHANGED, GONE, JOBS
from crashes.stage import Stage

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


def test_the_index_misses_no_job(stage: Stage) -> None:
    states = set()
    for database in stage.kills("index", "fill_for_search"):
        seen = stage.forks.well("search", database)["result"]
        there = seen["jobs"]
        assert seen["integrity"] == "ok"
        assert seen["covered"] == [0, JOBS]
        assert seen["hits"]["scan"] == there
        assert set(seen["hits"]["opera"]) >= set(seen["changed"])
        assert set(seen["hits"]["film"]) >= set(there) - set(seen["changed"])
        assert [job for job in seen["tasks"] if job] == there
        for (_, last), (first, _) in pairwise(seen["blocks"]):
            assert last < first
        states.add((bool(seen["changed"]), GONE in there))
    assert seen["changed"] == [CHANGED]
    assert states == {(False, True), (True, True), (True, False)}, "the kills came in between"
