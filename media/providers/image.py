"""An image or a trailer as a provider offers it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ProviderImage:
    """An image or a trailer that a provider offers for a movie.

    `kind` is Kodi's name of the type (`poster`, `fanart`, `clearlogo`, …) or
    `trailer`, whose `url` is that of a page to watch it on. `language` is a BCP 47 tag, None
    where the picture bears no text or nobody knows. Sizes are in pixels, None where the
    provider does not tell them. `vote_average` is 0 to 10.
    """

    provider: str
    provider_id: str | None
    kind: str
    url: str
    preview_url: str | None = None
    title: str | None = None
    language: str | None = None
    width: int | None = None
    height: int | None = None
    votes: int | None = None
    vote_average: float | None = None
    is_textless: bool | None = None
    is_official: bool | None = None
