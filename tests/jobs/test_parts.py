"""The parts of `Jobs` and of `Task` share one object, so none may take another's name."""

from collections import defaultdict

import pytest
from celery.app.task import Task as CeleryTask

from sqlite_transport.jobs import Jobs, JobsElsewhere
from sqlite_transport.task import Task


@pytest.mark.parametrize("whole", [Jobs, JobsElsewhere, Task])
def test_no_part_hides_what_another_one_has(whole: type) -> None:
    owners: dict[str, list[type]] = defaultdict(list)
    for part in whole.__mro__:
        if part.__module__.startswith("sqlite_transport"):
            for name, value in vars(part).items():
                if name.startswith("_") and not name.startswith("__") and callable(value):
                    owners[name].append(part)
    hidden = {name: parts for name, parts in owners.items() if len(parts) > 1}
    assert hidden == {}, hidden
    assert owners or whole is CeleryTask
