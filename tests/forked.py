"""A program that runs each of its questions in a child of its own, forked when all is imported."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

# Runs a question, and writes its answer, an object of JSON, to the file descriptor.
Run = Callable[..., None]


def answer_all(run: Run) -> None:
    """Answer each line of the standard input, a JSON array, with a line: what `run` told of it.

    The line has the child's exit `status` too, negative for the signal that killed it.
    """
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer_of(run, json.loads(line))) + "\n")
        sys.stdout.flush()


def _answer_of(run: Run, question: list[Any]) -> dict[str, Any]:
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiver)
        try:
            run(*question, sender)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    os.close(sender)
    with os.fdopen(receiver, "rb") as file:
        told = file.read()
    status = os.waitpid(child, 0)[1]
    return {"status": os.waitstatus_to_exitcode(status), **json.loads(told or b"{}")}
