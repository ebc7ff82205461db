"""What a worker says to the commands `pause_queue` and `resume_queue`."""

PAUSED, RESUMED, NOT_CONSUMED, NOT_PAUSED = "paused", "resumed", "not consumed", "not paused"
