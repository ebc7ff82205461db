"""Where metadata and artwork come from, with the keys that each asks for."""

from typing import Literal

from pydantic import Field

from media.settings.values import Secret, Table, Url

ProviderName = Literal["tmdb", "fanart", "tvdb"]

# Who is asked first for which kind of artwork: fanart.tv has the logos, TMDB the rest.
_ORDER: dict[str, tuple[ProviderName, ...]] = {
    "poster": ("tmdb", "fanart", "tvdb"),
    "fanart": ("tmdb", "fanart", "tvdb"),
    "clearlogo": ("fanart", "tmdb", "tvdb"),
    "clearart": ("fanart", "tvdb"),
    "discart": ("fanart",),
    "landscape": ("fanart", "tmdb"),
    "banner": ("fanart", "tvdb"),
    "keyart": ("fanart", "tmdb"),
    "trailer": ("tmdb",),
}


class _Provider(Table):
    requests_per_second: float = Field(default=10, gt=0, le=1000)


class TmdbSettings(_Provider):
    """TMDB: either the read token (v4) or the API key (v3); without both it is not asked."""

    base_url: Url = "https://api.themoviedb.org"
    # Its soft cap is 40 to 50.
    requests_per_second: float = Field(default=40, gt=0, le=1000)
    token: Secret | None = None
    api_key: Secret | None = None

    @property
    def is_configured(self) -> bool:
        """Whether there is a key to ask with."""
        return bool(self.token or self.api_key)


class FanartSettings(_Provider):
    """fanart.tv: the project's key, and a personal one that sees new pictures earlier."""

    base_url: Url = "https://webservice.fanart.tv"
    api_key: Secret | None = None
    client_key: Secret | None = None

    @property
    def is_configured(self) -> bool:
        """Whether there is a key to ask with."""
        return bool(self.api_key)


class TvdbSettings(_Provider):
    """TheTVDB v4; a subscriber's key needs the PIN too."""

    base_url: Url = "https://api4.thetvdb.com/v4"
    api_key: Secret | None = None
    pin: Secret | None = None

    @property
    def is_configured(self) -> bool:
        """Whether there is a key to ask with."""
        return bool(self.api_key)


class ProvidersSettings(Table):
    """All providers, and whose artwork is preferred: `order.poster = ["fanart", "tmdb"]`.

    A kind that `order` does not name has the order that it has by default; a
    provider that is not in a kind's list is not asked for it.
    """

    tmdb: TmdbSettings = TmdbSettings()
    fanart: FanartSettings = FanartSettings()
    tvdb: TvdbSettings = TvdbSettings()
    order: dict[str, tuple[ProviderName, ...]] = Field(default_factory=dict)

    def order_of(self, kind: str) -> tuple[ProviderName, ...]:
        """Return whom to prefer for artwork of `kind`, the best first."""
        return self.order.get(kind, _ORDER.get(kind, ()))
