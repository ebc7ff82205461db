"""Reading a movie's directory: one file per thing that is looked for.

Nothing here writes, and nothing here knows the database.
"""
