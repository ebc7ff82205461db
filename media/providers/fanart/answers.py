"""What fanart.tv answers, and what its kinds are called at Kodi."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from media.languages import language_tag
from media.providers.image import ProviderImage
from media.providers.lenient import Lenient, Number, Text, only_good

KINDS = {
    "hdmovielogo": "clearlogo",
    "movielogo": "clearlogo",
    "hdmovieclearart": "clearart",
    "movieart": "clearart",
    "movieposter": "poster",
    "moviebackground": "fanart",
    "moviebanner": "banner",
    "moviethumb": "landscape",
    "moviedisc": "discart",
}
# Says that a picture bears no text.
_TEXTLESS = (None, "", "00")


class FanartPicture(Lenient):
    """One picture; `likes` comes as text."""

    id: Text = None
    url: str = Field(pattern=r"^https?://")
    lang: Text = None
    likes: Number = None
    width: Number = None
    height: Number = None


def pictures_of(answer: Mapping[str, Any]) -> Iterator[ProviderImage]:
    """Yield the pictures of an answer; kinds that Kodi has no name for are left out."""
    for key, kind in KINDS.items():
        for picture in only_good(FanartPicture)(answer.get(key)):
            yield _image(kind, picture)


def _image(kind: str, picture: FanartPicture) -> ProviderImage:
    is_textless = picture.lang in _TEXTLESS
    return ProviderImage(
        provider="fanart",
        provider_id=picture.id,
        kind="keyart" if kind == "poster" and is_textless else kind,
        url=picture.url,
        preview_url=picture.url.replace("/fanart/", "/preview/", 1),
        language=None if is_textless else language_tag(picture.lang or ""),
        width=picture.width,
        height=picture.height,
        votes=picture.likes,
        # A logo is text, whatever language it is said to have.
        is_textless=is_textless and kind != "clearlogo",
    )
