"""A library of movies, made on the spot with real videos: `make_library(root)`.

    from fixture_library import make_library

    directories = make_library(tmp_path / "movies")
    MovieScan(directories["hdr10"], settings).run()

Every movie has a key (see `fixture_library.movies`). Those in `BAD` cannot be
scanned, with the error that `BAD` names; all others can. Everything is dated an
hour back, but for what is half-copied: that is dated a day ahead. Beside `root` stands
`<root>-outside`, where links lead to.

The videos are made by ffmpeg, each once in a test run, in about a second. Without it the
test is skipped. The fixture `fixture_library` is one such library for all tests of a
run, to be read alone; whoever changes something makes one of their own.
"""

from fixture_library.library import make_library, outside_of
from fixture_library.movies import BAD, MOVIES, NESTED

__all__ = ["BAD", "MOVIES", "NESTED", "make_library", "outside_of"]
