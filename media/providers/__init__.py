"""Where metadata and artwork come from: thin clients of TMDB, fanart.tv and TheTVDB.

Each asks by `media.outside`, so its limiter and breaker are those of all workers,
and its errors those of `OutsideClient`. They read answers leniently: what is new is
ignored, and one wrong item is left out, not all of them.
"""
