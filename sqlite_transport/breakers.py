"""Circuit breakers: a type whose jobs keep failing is let alone for a while.

So many failures in a row open the breaker: no job of the type starts, and no
retry is spent, until its time is over. Then one job is let through, the probe.
If it succeeds the breaker closes; if it fails, it stays open as long again.
"""

from collections.abc import Iterable

from sqlite_transport.controls import Control
from sqlite_transport.gates import Gates
from sqlite_transport.settling import ACCEPT, CLOSE, REQUEUE, RETURN, Delivery
from sqlite_transport.status import COMPLETED, FAILED, RETRIED


def judge(gates: Gates, settled: Iterable[tuple[str, Delivery]], now: float) -> None:
    """Tell the breakers how attempts have ended, in their order."""
    # One that was acknowledged early may be there twice: when it began, and when it ended.
    ended = {delivery: how for how, delivery in settled if how != ACCEPT}
    for delivery, how in ended.items():
        control = gates.breaker_of(delivery.type)
        if control is None or delivery.outcome is None:
            continue
        if how in (CLOSE, REQUEUE, RETURN) or delivery.is_blameless:
            _let_another_try(gates, control, delivery)
        elif delivery.outcome.status == COMPLETED:
            _succeed(gates, control, delivery)
        elif delivery.outcome.status in (FAILED, RETRIED):
            _fail(gates, control, delivery, now)


def _succeed(gates: Gates, control: Control, delivery: Delivery) -> None:
    if control.opens_at is not None and control.probe != delivery.id:
        return  # it began before the breaker opened
    if control.failures or control.opens_at is not None:
        control.failures, control.opens_at, control.probe = 0, None, None
        gates.note_moved(control)


def _fail(gates: Gates, control: Control, delivery: Delivery, now: float) -> None:
    if control.opens_at is not None:
        if control.probe == delivery.id:
            _open(gates, control, now)
        return
    control.failures += 1
    gates.note_moved(control)
    if control.breaker_failures and control.failures >= control.breaker_failures:
        _open(gates, control, now)


def _open(gates: Gates, control: Control, now: float) -> None:
    control.opens_at, control.probe = now + (control.breaker_seconds or 0.0), None
    gates.note_moved(control)


def _let_another_try(gates: Gates, control: Control, delivery: Delivery) -> None:
    if control.probe == delivery.id:
        control.probe = None
        gates.note_moved(control)
