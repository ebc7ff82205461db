"""Which streams a video holds.

MediaInfo leads: it comes with the Python package, so every installation reads
every file alike, it names HDR forms best, and it says when a file was cut
short. ffprobe, where it is installed, gives a second opinion on what MediaInfo
finds no video in. Both run in a process of their own: a file that crashes or
hangs a prober costs one probe and not the worker.
"""
