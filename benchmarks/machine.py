"""The facts of the machine and the software that the figures were taken on."""

import os
import platform
import sqlite3
from importlib import metadata, util
from pathlib import Path

import psutil

from benchmarks.contestants import Contestant
from benchmarks.contestants.redis import Redis
from benchmarks.sync_floor import sync_floor

DISTRIBUTIONS = ("celery", "kombu", "redis", "hiredis", "SQLAlchemy", "sqlite-transport")


def machine_facts(directory: Path, contestants: dict[str, Contestant]) -> dict[str, str]:
    """Name and value of each, for a person to read."""
    redis = contestants.get("redis")
    server = redis.server if isinstance(redis, Redis) else None
    return {
        "CPU": f"{_cpu_model()}, {os.cpu_count()} cores",
        "load": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "SQLite": _sqlite_version(),
        **{name: _version(name) for name in DISTRIBUTIONS},
        "redis-server": server.version if server else "none",
        "file system": _file_system(directory),
        "disk sync floor": f"{sync_floor(directory, 2_000, 1.0).rate:,.0f} fdatasync/s of 12 KiB",
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _sqlite_version() -> str:
    if util.find_spec("pysqlite3"):
        from pysqlite3 import dbapi2

        return f"{dbapi2.sqlite_version} (pysqlite3); {sqlite3.sqlite_version} (standard library)"
    return f"{sqlite3.sqlite_version} (standard library)"


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "none"


def _file_system(directory: Path) -> str:
    path = directory.resolve()
    mounts = {Path(part.mountpoint): part.fstype for part in psutil.disk_partitions(all=True)}
    for parent in (path, *path.parents):
        if parent in mounts:
            return str(mounts[parent])
    return "unknown"
