"""How services outside are talked to."""

from pydantic import Field

from media.settings.values import Table

MEGABYTE = 1_000_000


class HttpSettings(Table):
    """Limits of requests and downloads.

    total_timeout_seconds: how long the whole of a request may take, however steadily its
    answer drips; download_timeout_seconds the same of a picture or trailer.
    allowed_hosts: hosts (`name` or `name:port`) in private networks that pictures
    may be fetched from, besides those of the providers' own addresses. Anything
    else that leads into a private network is refused.
    """

    connect_timeout_seconds: float = Field(default=5, gt=0, le=300)
    read_timeout_seconds: float = Field(default=20, gt=0, le=600)
    total_timeout_seconds: float = Field(default=60, gt=0, le=3600)
    download_timeout_seconds: float = Field(default=600, gt=0, le=86_400)
    max_image_bytes: int = Field(default=50 * MEGABYTE, ge=1000)
    max_image_pixels: int = Field(default=100_000_000, ge=10_000)
    max_trailer_bytes: int = Field(default=500 * MEGABYTE, ge=1000)
    allowed_hosts: tuple[str, ...] = ()
