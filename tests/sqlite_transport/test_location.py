"""Broker URLs: where the file is, how the URL is printed, and what is said of a wrong one."""

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection

from sqlite_transport.database import close_databases
from sqlite_transport.location import is_the_same


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("sqlite:///queue.db", True),
        ("sqlite:///./queue.db", True),
        ("sqlite:///{}/queue.db", True),
        ("sqlite+pysqlite:///queue.db?timeout=5", True),
        ("sqlite:///queue%2Edb", True),
        ("sqlite:///history.db", False),
        ("postgresql:///queue.db", False),
        ("", False),
    ],
)
def test_the_queues_own_file_as_a_history_url(directory: Path, url: str, same: bool) -> None:
    assert is_the_same(directory / "queue.db", url.format(directory)) is same


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path.resolve()
    close_databases()


def opened(connection: Connection) -> Path:
    """Publish over the connection and return the file that this went to."""
    connection.Producer().publish("", routing_key="jobs")
    path: Path = connection.transport.broker.database.path
    assert b"SQLite format 3" in path.read_bytes()
    return path


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("sqlite:///queue.db", "queue.db"),
        ("sqlite:///./queue.db", "queue.db"),
        ("sqlite:///my queue.db", "my queue.db"),
        ("sqlite:///my%20queue.db", "my queue.db"),
        ("sqlite:///100%25.db", "100%.db"),
        ("sqlite:///100%.db", "100%.db"),
        ("sqlite:///what%3F.db", "what?.db"),
        ("sqlite:///número-очередь-列.db", "número-очередь-列.db"),
        ("sqlite:///a+b@c:d#e.db", "a+b@c:d#e.db"),
        ("sqlite:///queue", "queue"),
        ("sqlite:///queue.db?durability=normal", "queue.db"),
        ("sqlite:///below/queue.db", "below/queue.db"),
    ],
)
def test_relative_paths(url: str, name: str, directory: Path) -> None:
    with Connection(url) as connection:
        assert opened(connection) == directory / name
        assert connection.as_uri() == url
        assert url in repr(connection)


@pytest.mark.parametrize("name", ["queue.db", "my queue.db", "100%25.db", "очередь.db"])
def test_absolute_paths(name: str, directory: Path) -> None:
    url = f"sqlite:///{directory}/{name}"
    assert url.startswith("sqlite:////")
    with Connection(url) as connection:
        assert opened(connection) == directory / name.replace("%25", "%")
        assert connection.as_uri() == url


def test_a_path_from_home(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(directory))
    with Connection("sqlite:///~/queue.db") as connection:
        assert opened(connection) == directory / "queue.db"


def test_a_link_and_its_target_are_one_database(directory: Path) -> None:
    (directory / "link.db").symlink_to(directory / "queue.db")
    with Connection("sqlite:///link.db") as one, Connection("sqlite:///queue.db") as other:
        assert opened(one) == opened(other) == directory / "queue.db"
        assert one.transport.broker is other.transport.broker


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("sqlite://queue.db", "names a host: write three slashes before a relative path"),
        ("sqlite://user:secret@host/queue.db", "names a host: write three slashes"),
        ("sqlite://", "three slashes before a relative path"),
        ("sqlite:///", "names no file: write for example sqlite:///queue.db"),
        ("sqlite:///directory/", "names no file: write for example"),
        ("sqlite:///?durability=full", "names no file: write for example"),
        ("sqlite:///:memory:", "cannot share a database in memory: name a file"),
        ("sqlite:///a%00b.db", "cannot contain a NUL"),
        ("sqlite:///.", "this is a directory: name a file in the broker URL"),
        ("sqlite:////", "names no file"),
    ],
)
def test_a_wrong_url_gets_a_sentence_that_says_what_to_do(
    url: str, advice: str, directory: Path
) -> None:
    with pytest.raises(Exception, match=advice), Connection(url) as connection:
        connection.connect()
    assert list(directory.iterdir()) == []


NAMES = ["queue.db", "my queue.db", "100%2541.db", "what%3F.db", "очередь.db"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("absolute", [False, True], ids=["relative", "absolute"])
def test_switching(name: str, absolute: bool, directory: Path) -> None:
    """kombu takes the URL apart and decodes it when it switches."""
    expected = directory / name.replace("%25", "%").replace("%3F", "?")
    place = f"{directory}/" if absolute else ""
    with Connection("sqlite:///first.db") as connection:
        opened(connection)
        connection.switch(f"sqlite:///{place}{name}")
        assert opened(connection) == expected
        assert connection.as_uri() == f"sqlite:///{place}{name}"


def test_a_list_of_urls_is_gone_through(directory: Path) -> None:
    with Connection("sqlite:///a.db;sqlite:///b.db") as connection:
        assert opened(connection) == directory / "a.db"
        connection.maybe_switch_next()
        opened(connection)
        connection.maybe_switch_next()
        opened(connection)
        assert (directory / "b.db").exists()
    assert Connection(["sqlite:///a.db", "sqlite:///b.db"]).alt == [
        "sqlite:///a.db",
        "sqlite:///b.db",
    ]


@pytest.mark.parametrize("copy", [Connection.clone, lambda it: pickle.loads(pickle.dumps(it))])
@pytest.mark.parametrize(
    "url", ["sqlite:///a%25 b.db?max_deliveries=3", "sqlite:///a%25 b.db;sqlite:///b.db"]
)
def test_clone_and_pickle(copy: object, url: str, directory: Path) -> None:
    assert callable(copy)
    original = Connection(url)
    with copy(original) as connection:
        assert opened(connection) == directory / "a% b.db"
        assert connection.as_uri() == original.as_uri()


def test_a_switched_connection_can_be_cloned(directory: Path) -> None:
    with Connection("sqlite:///first.db") as connection:
        connection.switch("sqlite:///100%25.db")
        with connection.clone() as clone:
            assert opened(clone) == directory / "100%.db"
