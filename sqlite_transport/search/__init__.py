"""An index of what jobs are about: their arguments' words, type, queue and task id.

It is made by the first search of a file that is too long to be read through,
and kept up by whoever consumes: publishing, claiming and settling know nothing
of it. It is cut into blocks of jobs that follow each other, each with its own
words in order. So a search reads block after block, from the newest on, and
can stop at any of them; an index of the whole file (SQLite's FTS5) gathers all
jobs of a word before it gives the first one.
"""
