"""A tiny real movie made from nothing: for the demonstration and for the tests.

Pure Python, so that it works where no encoder is installed. What it writes is
genuine: players play the video, MediaInfo names every stream.
"""
