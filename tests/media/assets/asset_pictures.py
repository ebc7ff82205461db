"""Real images made on the spot, which look alike only when they are meant to."""

import io
import zlib

from PIL import Image, ImageDraw


def picture(seed: int = 1, size: tuple[int, int] = (200, 300), mode: str = "RGB") -> Image.Image:
    """Bold rectangles, differently placed for each seed."""
    image = Image.new(mode, size, "black")
    draw = ImageDraw.Draw(image)
    for number in range(12):
        spot = zlib.crc32(f"{seed} {number}".encode())
        x, y = spot % 83 / 100 * size[0], spot // 83 % 83 / 100 * size[1]
        draw.rectangle((x, y, x + size[0] / 4, y + size[1] / 4), fill=f"#{spot & 0xFFFFFF:06x}")
    return image


def encoded(image: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()
