"""Every command on docs/commands.md runs, one after the other, as on the page."""

import os
import re
import subprocess
import sys
from pathlib import Path

from sqlite_transport.commands.exit_codes import MEANINGS
from sqlite_transport.commands.group import SECTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()
APPLICATION = re.findall(r"```python\n(.*?)```", PAGE, re.S)[0]
COMMANDS = [
    line.removeprefix("$ celery ")
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.S)
    for line in block.splitlines()
]


#: Runs the lines of its input as Celery's program does, each in a process of its own, and
#: prints those that fail; Celery is imported once for all.
PROGRAM = """
import os, shlex, sys

from celery.__main__ import main
import celery.bin.celery

for line in sys.stdin:
    child = os.fork()
    if not child:
        sys.argv = ["celery", *shlex.split(line)]
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(2, 1)
        main()
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        print(line, end="", flush=True)
"""


def test_the_commands_run(tmp_path: Path) -> None:
    (tmp_path / "films.py").write_text(APPLICATION)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        cwd=tmp_path,
        env=os.environ,
        input="\n".join(COMMANDS),
        stdout=subprocess.PIPE,
        text=True,
        timeout=580,
        check=True,
    )
    assert done.stdout == ""


def test_every_verb_has_a_command() -> None:
    verbs = {verb for verbs in SECTIONS.values() for verb in verbs}
    told = {line.partition("jobs ")[2].partition(" ")[0] for line in COMMANDS} - {"--help"}
    assert told == verbs


def test_every_exit_code_is_told() -> None:
    assert re.findall(r"^\| (\d+) \|", PAGE, re.M) == [code for code, _ in MEANINGS]
