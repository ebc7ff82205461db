"""A transaction of one greenlet: the others wait for it, and it for nobody."""

from pathlib import Path
from typing import Any

PROGRAM = """
    from gevent import monkey
    monkey.patch_all()

    import sys
    import gevent
    from celery import Celery
    from sqlalchemy import create_engine, text
    from sqlalchemy.orm import Session
    from sqlite_transport.enqueue import enqueuing
    from sqlite_transport.errors import InTransaction
    from sqlite_transport.task import Task

    app = Celery("films", broker=f"sqlite:///{sys.argv[1]}")
    app.conf.task_ignore_result = True

    @app.task(base=Task, unique="until_done")
    def scan(number): ...

    engine = create_engine(f"sqlite+transport:///{sys.argv[1]}")
    begun = gevent.event.Event()
    order = []

    def transact():
        with Session(engine) as session, session.begin():
            session.execute(text("CREATE TABLE movie (title TEXT)"))
            begun.set()
            gevent.sleep(0.1)
            with enqueuing(session):
                first = scan.delay(1)
            order.append("transaction")
        return first.id

    def send(number):
        begun.wait()
        found = scan.delay(number).id
        order.append("other")
        return found

    greenlets = [gevent.spawn(transact), gevent.spawn(send, 1), gevent.spawn(send, 2)]
    gevent.joinall(greenlets, raise_error=True)
    first, same, other = [each.value for each in greenlets]
    print(first == same != other, order)

    def forget():
        Session(engine).execute(text("SELECT 1"))

    gevent.spawn(forget).join()
    scan.delay(3)
    print("done")
"""


def test_greenlets_take_turns(run: Any, path: Path) -> None:
    program = run(PROGRAM, path)

    assert program.read() == "True ['transaction', 'other', 'other']"
    assert program.read() == "done"
    program.finish()
