"""What an operator can do wrong, as exceptions whose message says what to do instead."""


class JobError(Exception):
    """What was asked for cannot be done; nothing was changed."""


class NoSuchJob(JobError):
    """There is no such job, or nothing is known of it any more."""


class WrongState(JobError):
    """The job is not in a state in which this can be done."""


class NotOnThisBroker(JobError):
    """This broker cannot do it; the message says what to do instead."""


class NobodyAnswered(JobError):
    """No worker has answered in time, so nothing is known of what workers hold."""
