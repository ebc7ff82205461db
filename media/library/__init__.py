"""The library database: the movies, their files, streams and artwork.

One SQLite file, which belongs to the library alone. It is made, and brought up
to date, by whoever opens it first.
"""
