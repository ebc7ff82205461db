"""Groups can be saved and found again."""

from typing import Any

from .backends import Backends, name


def test_a_group_is_restored(backends: Backends) -> None:
    app, other = backends.app(), backends.app()
    inner = app.GroupResult(name(), [app.AsyncResult(name())])
    group = app.GroupResult(name(), [app.AsyncResult(name()), inner, app.AsyncResult(name())])

    group.save()
    found = other.backend.restore_group(group.id)

    assert found.as_tuple() == group.as_tuple()


def test_a_deleted_group_is_gone(backend: Any) -> None:
    group = backend.app.GroupResult(name(), [backend.app.AsyncResult(name())])
    group.save()

    group.delete()

    assert backend.restore_group(group.id) is None


def test_there_is_no_group(backend: Any) -> None:
    assert backend.restore_group(name()) is None


def test_a_group_is_saved_again(backend: Any) -> None:
    app = backend.app
    group = app.GroupResult(name(), [app.AsyncResult(name())])
    group.save()
    group.results.append(app.AsyncResult(name()))

    group.save()

    assert len(backend.restore_group(group.id, cache=False)) == 2
