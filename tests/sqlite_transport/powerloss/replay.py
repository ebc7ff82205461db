"""What a disk holds after a power cut, told from the log of record.c.

The disk promises as little as POSIX does. What was written to a file is
surely there once the file was synced after it, whoever synced it; a new name
or a removed one, once the directory was synced. Of what was not synced, each
512-byte sector may hold any of the contents that it had since, in any
combination; a file any of its lengths; the directory any of its states.
"""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
ENTRY = struct.Struct("=4Q")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log: C(reate), W(rite), T(runcate), S(ync), D(irectory sync), U, M(ark)."""

    operation: str
    inode: int
    offset: int
    data: bytes


def read_log(path: Path) -> list[Entry]:
    content = path.read_bytes()
    entries, position = [], 0
    while position + ENTRY.size <= len(content):
        operation, inode, offset, length = ENTRY.unpack_from(content, position)
        position += ENTRY.size
        entries.append(Entry(chr(operation), inode, offset, content[position : position + length]))
        position += length
    return entries


@dataclass(slots=True)
class File:
    """A file: what is surely on the disk, and what was done to it since."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Entry] = field(default_factory=list)

    def sync(self) -> None:
        for entry in self.pending:
            do(self.durable, entry)
        self.pending.clear()

    def survivor(self, chance: random.Random) -> bytearray:
        """Return a content that may be on the disk, chosen by `chance`."""
        current = bytearray(self.durable)
        lengths = [len(current)]
        versions: dict[int, list[bytes]] = {}
        for entry in self.pending:
            touched = range(0)
            if entry.operation == "W":
                end = entry.offset + len(entry.data)
                touched = range(entry.offset // SECTOR, -(-end // SECTOR))
            for sector in touched:
                if sector not in versions:
                    versions[sector] = [sector_of(current, sector)]
            do(current, entry)
            lengths.append(len(current))
            for sector in touched:
                versions[sector].append(sector_of(current, sector))
        reached = chance.choice((0.02, 0.3, 0.7, 0.98))
        length = len(current) if chance.random() < reached else chance.choice(lengths)
        content = bytearray(self.durable)
        content.extend(bytes(max(0, max(lengths) - len(content))))
        for sector, contents in versions.items():
            older = chance.choice(contents)
            chosen = contents[-1] if chance.random() < reached else older
            content[sector * SECTOR : sector * SECTOR + len(chosen)] = chosen
        del content[length:]
        return content


def do(content: bytearray, entry: Entry) -> None:
    if entry.operation == "T":
        del content[entry.offset :]
        content.extend(bytes(entry.offset - len(content)))
    else:
        content.extend(bytes(max(0, entry.offset - len(content))))
        content[entry.offset : entry.offset + len(entry.data)] = entry.data


def sector_of(content: bytearray, sector: int) -> bytes:
    return bytes(content[sector * SECTOR : (sector + 1) * SECTOR])


class Disk:
    """The disk as the log goes on.

    deaf: names of files whose syncs do nothing once a message was accepted,
        as on a disk that lies.
    accepted: the marks so far.
    """

    def __init__(self, deaf: frozenset[str] = frozenset()) -> None:
        self._deaf = deaf
        self._files: dict[int, File] = {}
        self._names: dict[str, File] = {}
        self._renaming: list[tuple[str, File | None]] = []
        self.accepted: list[str] = []

    def apply(self, entry: Entry) -> None:
        match entry.operation:
            case "M":
                self.accepted.append(entry.data.decode())
            case "C":  # perhaps under the inode number of a file that is gone
                file = self._files[entry.inode] = File()
                self._renaming.append((entry.data.decode(), file))
            case "U":
                self._renaming.append((entry.data.decode(), None))
            case "D":
                self._names = self._named(len(self._renaming))
                self._renaming.clear()
            case "S":
                file = self._files[entry.inode]
                if not (self.accepted and self._is_deaf(file)):
                    file.sync()
            case _:
                self._files[entry.inode].pending.append(entry)

    def _is_deaf(self, file: File) -> bool:
        names = self._named(len(self._renaming))
        return any(names.get(name) is file for name in self._deaf)

    def _named(self, changes: int) -> dict[str, File]:
        names = dict(self._names)
        for name, file in self._renaming[:changes]:
            if file is None:
                names.pop(name, None)
            else:
                names[name] = file
        return names

    def surely(self) -> dict[str, bytearray]:
        """Return the files with what is certain, and nothing else."""
        return {name: file.durable for name, file in self._names.items()}

    def perhaps(self, chance: random.Random) -> dict[str, bytearray]:
        """Return the files as they may be, an arbitrary part of the unsynced among them."""
        names = self._named(chance.randint(0, len(self._renaming)))
        return {name: file.survivor(chance) for name, file in names.items()}


def cuts(entries: list[Entry], at: set[int], deaf: frozenset[str] = frozenset()) -> Iterator[Disk]:
    """Yield the disk before each entry whose index is in `at`, and at the end for len(entries)."""
    disk = Disk(deaf)
    for index, entry in enumerate(entries):
        if index in at:
            yield disk
        disk.apply(entry)
    if len(entries) in at:
        yield disk
