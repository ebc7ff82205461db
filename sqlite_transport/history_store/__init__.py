"""The history in a database of the user's choice: `history_url`.

Two portable tables, made when they are missing. What is recorded twice is
there once, so whoever is not sure whether it was recorded does it again.
"""
