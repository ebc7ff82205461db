"""A host of pictures: each is drawn from its name, which tells its size and its look.

`/…/poster-look7-1000x1500.jpg` has 1000 by 1500 pixels; pictures of one look are the same
picture, in whatever size. TMDB's sizes in the path (`/t/p/w342/…`) scale it.
"""

import random
import re
from functools import lru_cache
from io import BytesIO

from PIL import Image
from werkzeug import Response

from fakes.service import Fails, FakeService, Recorded

_NAME = re.compile(r"(?P<kind>[a-z]+)-look(?P<look>\d+)-(?P<w>\d+)x(?P<h>\d+)\.(?P<form>jpg|png)$")
_TYPES = {"jpg": ("JPEG", "image/jpeg"), "png": ("PNG", "image/png")}
_GRID = 9


class FakeImages(FakeService):
    """Serves every picture whose name it can read; 404 for the others."""

    def __init__(self) -> None:
        super().__init__()
        self.missing: set[str] = set()

    def answer(self, request: Recorded) -> Response:
        found = _NAME.search(request.path)
        if not found or request.method != "GET" or request.path in self.missing:
            raise Fails(404, {"error": "not found"})
        width, height = scaled(request.path, int(found["w"]), int(found["h"]))
        form, content_type = _TYPES[found["form"]]
        return Response(draw(int(found["look"]), width, height, form), content_type=content_type)


def scaled(path: str, width: int, height: int) -> tuple[int, int]:
    """Return the size in which TMDB sends a picture that is asked for at `path`."""
    if size := re.search(r"/w(\d+)/", path):
        return int(size[1]), max(1, round(height * int(size[1]) / width))
    if size := re.search(r"/h(\d+)/", path):
        return max(1, round(width * int(size[1]) / height)), int(size[1])
    return width, height


@lru_cache(maxsize=256)
def draw(look: int, width: int, height: int, form: str) -> bytes:
    """Return a picture of that look and size."""
    dice = random.Random(look)
    small = Image.new("RGB", (_GRID, _GRID))
    small.putdata([tuple(dice.randrange(256) for _ in range(3)) for _ in range(_GRID * _GRID)])
    picture = small.resize((width, height), Image.Resampling.BICUBIC)
    if form == "PNG":
        # As logos are: see-through, and with few colours, which makes them small.
        picture = picture.quantize(16, Image.Quantize.FASTOCTREE).convert("RGBA")
        picture.putalpha(200)
    out = BytesIO()
    picture.save(out, form)
    return out.getvalue()
