"""The jobs in a file, listed, counted and found, in a bounded time whatever there is of them.

Everything here reads rows; `jobs` makes of them what an operator sees.
"""
