"""A hash of what an image looks like: nearly the same for nearly the same picture.

The difference hash: the picture is made grey and 9 by 8 pixels small; each bit
tells whether a pixel is brighter than its neighbour on the left. Size, format and
compression do not change it much, another picture changes about half of it.
"""

from PIL import Image

_WIDTH, _HEIGHT = 8, 8
_DIGITS = _WIDTH * _HEIGHT // 4
# Between white and black: the hash of a white logo and of a black one see its outline.
_BACKGROUND = (128, 128, 128, 255)
_ALIKE = 6


def perceptual_hash(image: Image.Image) -> str:
    """Return 16 hexadecimal digits for the decoded `image`; what is transparent counts as grey."""
    grey = _flattened(image).resize((_WIDTH + 1, _HEIGHT), Image.Resampling.LANCZOS)
    rows = [grey.crop((0, y, _WIDTH + 1, y + 1)).tobytes() for y in range(_HEIGHT)]
    bits = "".join(str(int(row[x] < row[x + 1])) for row in rows for x in range(_WIDTH))
    return f"{int(bits, 2):0{_DIGITS}x}"


def distance(first: str, second: str) -> int:
    """Return how many of the 64 bits differ: 0 for the same look, about 32 for strangers."""
    return (int(first, 16) ^ int(second, 16)).bit_count()


def look_alike(first: str | None, second: str | None) -> bool:
    """Whether two hashes are those of one picture, also in another size or compression.

    A hash that is not known is like none. Nor is that of an image without any
    outline, a plain area: it says nothing.
    """
    if not first or not second or int(first, 16) == 0 or int(second, 16) == 0:
        return False
    return distance(first, second) <= _ALIKE


def _flattened(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("L")
    # Small first: compositing needs as much memory again as the image.
    small = image.convert("RGBA").resize((_WIDTH * 16, _HEIGHT * 16), Image.Resampling.BOX)
    return Image.alpha_composite(Image.new("RGBA", small.size, _BACKGROUND), small).convert("L")
