"""Where the results go: files, so that they say nothing about the broker."""

from pathlib import Path

from pytest_celery import CeleryTestBackend

from .broker import FileService, UrlContainer


class FileTestBackend(CeleryTestBackend):
    """A directory."""

    @classmethod
    def create(cls, directory: Path) -> "FileTestBackend":
        path = directory / "results"
        path.mkdir()
        return cls(UrlContainer(FileService("results", path), f"file://{path}"))
