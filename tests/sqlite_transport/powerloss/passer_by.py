"""A foreign program that makes the WAL, syncs nothing and ends without closing the database.

passer_by.py DATABASE
"""

import os
import sys

from sqlite_transport.library import sqlite3

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA synchronous = OFF")
connection.execute("UPDATE state SET revision = revision + 1")
os._exit(0)
