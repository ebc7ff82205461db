"""Processes killed at a numbered step: `kill -9` at the N-th thing they ask of the system."""
