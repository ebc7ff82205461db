"""What a process has declared: all of its threads add to it and take from it."""

from collections.abc import Callable

import pytest

from sqlite_transport.declarations import Declarations


class Name(str):
    """A name that another thread gets its turn at, whenever it is compared."""

    meanwhile: Callable[[], None]

    def __eq__(self, other: object) -> bool:
        self.meanwhile()
        return str.__eq__(self, other)

    __hash__ = str.__hash__


@pytest.mark.parametrize("forget", [Declarations.forget_exchange, Declarations.forget_queue])
def test_another_thread_declares_while_this_one_forgets(
    forget: Callable[[Declarations, str], None],
) -> None:
    declared = Declarations()
    declared.remember_binding("shop", "films", "film", "{}")
    name = Name("shop" if forget is Declarations.forget_exchange else "films")
    name.meanwhile = lambda: declared.remember_binding("amq.direct", "series", "series", "{}")

    forget(declared, name)

    assert list(declared._bindings) == [("amq.direct", "series", "series")]
