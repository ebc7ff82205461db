"""What became of a unique message, for whoever sent it.

The sender learns it by the task's id, since between the two stand Celery, kombu
and perhaps a batch or a transaction that is stored much later. Results of the
message that the sender has in hand get the first one's id then.
"""

import weakref
from typing import Any


class Receipt:
    """Of one message; it is kept as long as somebody has it or one of its results."""

    def __init__(self, task_id: str) -> None:
        self.task_id = task_id
        self._results: list[weakref.ref[Any]] = []

    def apply_to(self, result: Any) -> Any:
        """Give the result the id of the job that it stands for, now and when that is known."""
        result.id = self.task_id
        result.receipt = self
        self._results.append(weakref.ref(result))
        return result

    def begin(self, task_id: str) -> None:
        """Note that the message is being sent, perhaps again."""
        self.task_id = task_id

    def settle(self, task_id: str) -> None:
        """Note which job it is that does the work."""
        self.task_id = task_id
        for reference in self._results:
            result = reference()
            if result is not None:
                result.id = task_id
        self._results.clear()


_receipts: "weakref.WeakValueDictionary[str, Receipt]" = weakref.WeakValueDictionary()


def receipt_of(task_id: str) -> Receipt:
    """Return the receipt of the message with this id, a new one if there is none."""
    found = _receipts.get(task_id)
    return _receipts.setdefault(task_id, Receipt(task_id)) if found is None else found


def settle(task_id: str | None, first: str) -> None:
    """Tell the message's sender, if it waits in this process, that another job stands for it."""
    receipt = _receipts.get(task_id) if task_id is not None else None
    if receipt is not None:
        receipt.settle(first)
