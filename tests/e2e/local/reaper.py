"""Outlive the test run, and leave none of its processes behind.

`python reaper.py NAME=VALUE` waits for the end of its standard input, which
comes when the test run ends in whatever way, SIGKILL included. Then it kills
every process that has NAME=VALUE in its environment: daemons that left their
session too.
"""

import os
import sys
import time

import psutil


def marked(name: str, value: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(name) == value:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def reap(name: str, value: str) -> None:
    while processes := marked(name, value):
        for process in processes:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.05)


if __name__ == "__main__":
    sys.stdin.buffer.read()
    reap(*sys.argv[1].split("=", 1))
