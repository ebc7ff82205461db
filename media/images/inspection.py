"""Read an image to its end: only what really decodes is one."""

import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from media.disk import reading
from media.errors import BrokenImageError
from media.images.perceptual_hash import perceptual_hash

EXTENSIONS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif"}
"""The formats that are read, and the ending of each one's files."""

# The caller says how many pixels are too many, and is asked before anything is decoded.
Image.MAX_IMAGE_PIXELS = None

_FORMATS = tuple(EXTENSIONS)
# As small as a JPEG need be decoded: its whole stream is read for it all the same.
_DRAFT = (256, 256)
# What Pillow raises for data that is damaged, by format and place.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True)
class ImageFacts:
    """What an image is: sizes in pixels, of an animated one its first frame.

    `format` is one of `EXTENSIONS`; `perceptual_hash` 16 hexadecimal digits, see
    `media.images.perceptual_hash`.
    """

    format: str
    width: int
    height: int
    perceptual_hash: str

    @property
    def extension(self) -> str:
        """The ending for files of this format, with its dot."""
        return EXTENSIONS[self.format]


def inspect_image(source: Path | bytes, max_pixels: int) -> ImageFacts:
    """Decode the image of a file, or in memory, and return what it is.

    Raises:
        BrokenImageError: no JPEG, PNG, WebP or GIF, cut short, damaged, or more
            than `max_pixels` large; the last is noticed before it is decoded.
        UnreadableFileError, StillCopyingError, LibraryUnavailableError: the file
            cannot be read, see `media.disk.reading`.
    """
    if isinstance(source, bytes):
        return _inspect(io.BytesIO(source), max_pixels, "the image")
    with reading(source), source.open("rb") as file:
        return _inspect(file, max_pixels, str(source))


def _inspect(file: BinaryIO, max_pixels: int, name: str) -> ImageFacts:
    try:
        image = Image.open(file, formats=_FORMATS)
        _ensure_bearable(image, max_pixels, name)
        if image.format == "PNG":
            # Decoding alone would not see a damaged or missing end.
            image.verify()
            image = Image.open(file, formats=_FORMATS)
        return _facts(image)
    except _DAMAGE as error:
        # Pillow's own have no number; the disk's have, and are no damage.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise BrokenImageError(f"{name} is no image or is damaged: {error}") from error


def _ensure_bearable(image: Image.Image, max_pixels: int, name: str) -> None:
    if image.width * image.height > max_pixels:
        raise BrokenImageError(
            f"{name} has {image.width} x {image.height} pixels, more than {max_pixels}"
        )


def _facts(image: Image.Image) -> ImageFacts:
    width, height = image.size
    image.draft("L", _DRAFT)
    image.load()
    return ImageFacts(
        # Two pictures in one JPEG, as cameras make them: the first is the image.
        format="JPEG" if image.format == "MPO" else str(image.format),
        width=width,
        height=height,
        perceptual_hash=perceptual_hash(image),
    )
