"""A power cut, replayed: what is surely, and what may be, on the disk at any moment."""
