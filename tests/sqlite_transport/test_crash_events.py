"""`kill -9` at every step of one who begins to listen to events, and ends."""

from typing import Any

import pytest
from crashes.stage import Stage

from sqlite_transport.event_triggers import TRIGGERS


def look(stage: Stage, database: Any) -> Any:
    seen = stage.forks.well("look_at_listeners", database)["result"]
    assert seen["integrity"] == "ok"
    assert seen["orphans"] == 0, "who listens has a session, by which it is found dead"
    return seen


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_there_is_all_that_a_listener_needs_or_nothing(stage: Stage) -> None:
    states = set()
    for database in stage.kills("listen", "fill"):
        seen = look(stage, database)
        if seen["subscribers"]:
            assert seen["triggers"] == len(TRIGGERS)
        else:
            assert (seen["triggers"], seen["events"]) == (0, 0)
        states.add(seen["subscribers"])

        stage.forks.well("finish", database)
        seen = look(stage, database)
        assert (seen["subscribers"], seen["triggers"], seen["events"]) == (0, 0, 0)
    assert states == {0, 1}, "the kills must come before, in the middle and after"


def test_one_that_lives_hears_beside_what_a_dead_one_left(stage: Stage) -> None:
    database = stage.database("fill")
    steps = stage.forks.well("listen", stage.database("fill"))["steps"]
    stage.forks.run("listen", database, steps // 2)
    assert stage.forks.well("listen", database)["result"] == ["job:created"]
    assert look(stage, database)["triggers"] == 0
