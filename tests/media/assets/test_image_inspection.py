import struct
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from asset_pictures import encoded, picture
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from media.errors import BrokenImageError, StillCopyingError, UnreadableFileError
from media.images import distance, inspect_image, look_alike

MAX_PIXELS = 1_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


# The last bytes only mark the end: without them every pixel is still there.
NO_PIXELS = {"JPEG": 2, "PNG": 4, "WEBP": 0, "GIF": 2}
ENCODED = {form: encoded(picture(), form) for form in FORMATS}


@pytest.mark.parametrize(
    ("form", "extension"),
    [("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".webp"), ("GIF", ".gif")],
)
def test_what_an_image_is(tmp_path: Path, form: str, extension: str) -> None:
    facts = inspect_image(ENCODED[form], MAX_PIXELS)
    assert (facts.format, facts.width, facts.height) == (form, 200, 300)
    assert facts.extension == extension
    assert len(facts.perceptual_hash) == 16
    path = tmp_path / "no ending"
    path.write_bytes(ENCODED[form])
    assert inspect_image(path, MAX_PIXELS) == facts


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "I;16", "1", "CMYK"])
def test_all_kinds_of_pixels_are_read(mode: str) -> None:
    image = Image.new("I;16", (20, 30)) if mode == "I;16" else picture(size=(20, 30)).convert(mode)
    facts = inspect_image(encoded(image, "JPEG" if mode == "CMYK" else "PNG"), MAX_PIXELS)
    assert (facts.width, facts.height) == (20, 30)


@pytest.mark.parametrize("form", FORMATS)
@given(data=st.data())
@settings(max_examples=60)
def test_a_truncated_image_is_refused(form: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(ENCODED[form]) - NO_PIXELS[form] - 1))
    with pytest.raises(BrokenImageError, match="no image or is damaged"):
        inspect_image(ENCODED[form][:cut], MAX_PIXELS)


@pytest.mark.parametrize("form", FORMATS)
@given(data=st.data())
@settings(max_examples=100)
def test_damage_is_refused_or_does_no_harm(form: str, data: st.DataObject) -> None:
    damaged = bytearray(ENCODED[form])
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=5)):
        damaged[place] = data.draw(st.integers(0, 255))
    with suppress(BrokenImageError):
        inspect_image(bytes(damaged), MAX_PIXELS)


@given(st.binary(max_size=200))
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(BrokenImageError):
        inspect_image(data, MAX_PIXELS)


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>not found</html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ids=["empty", "page", "svg"],
)
def test_what_is_no_image_is_refused(data: bytes) -> None:
    with pytest.raises(BrokenImageError):
        inspect_image(data, MAX_PIXELS)


def test_a_bitmap_is_none_of_the_four() -> None:
    with pytest.raises(BrokenImageError):
        inspect_image(encoded(picture(), "BMP"), MAX_PIXELS)


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that claims to be enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(1001, 1000), (2**31 - 1, 2**31 - 1), (30_000, 30_000)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size: tuple[int, int]) -> None:
    # Decoding would say that the data ends too early.
    with pytest.raises(BrokenImageError, match="pixels, more than 1000000"):
        inspect_image(bomb(*size), MAX_PIXELS)


@pytest.mark.parametrize("form", FORMATS)
def test_the_limit_itself_is_allowed(form: str) -> None:
    assert inspect_image(ENCODED[form], 200 * 300).width == 200
    with pytest.raises(BrokenImageError, match="more than"):
        inspect_image(ENCODED[form], 200 * 300 - 1)


def test_a_large_image_is_no_reason_for_a_warning() -> None:
    # Above Pillow's own limit, below ours.
    huge = encoded(Image.new("1", (10_000, 9_000)), "PNG")
    assert inspect_image(huge, 100_000_000).height == 9_000


def test_damage_behind_the_pixels_of_a_png_is_seen() -> None:
    data = bytearray(ENCODED["PNG"])
    data[-6] ^= 1
    with pytest.raises(BrokenImageError):
        inspect_image(bytes(data), MAX_PIXELS)


def test_a_file_that_is_gone_is_no_broken_image(tmp_path: Path) -> None:
    with pytest.raises(StillCopyingError):
        inspect_image(tmp_path / "gone.jpg", MAX_PIXELS)


@pytest.mark.usefixtures("bound_by_permissions")
def test_a_file_that_may_not_be_read_is_no_broken_image(tmp_path: Path) -> None:
    path = tmp_path / "poster.jpg"
    path.write_bytes(ENCODED["JPEG"])
    path.chmod(0)
    with pytest.raises(UnreadableFileError):
        inspect_image(path, MAX_PIXELS)


def hash_of(image: Image.Image, form: str = "PNG", **options: object) -> str:
    return inspect_image(encoded(image, form, **options), MAX_PIXELS).perceptual_hash


@pytest.mark.parametrize("seed", range(8))
def test_one_picture_looks_alike_in_every_form(seed: int) -> None:
    image = picture(seed)
    original = hash_of(image)
    others = [
        hash_of(image, "JPEG", quality=40),
        hash_of(image, "WEBP", quality=40),
        hash_of(image.resize((500, 750))),
        hash_of(image.resize((60, 90)), "JPEG"),
        hash_of(image.convert("L"), "GIF"),
    ]
    assert [other for other in others if not look_alike(original, other)] == []


def test_other_pictures_do_not_look_alike() -> None:
    hashes = [hash_of(picture(seed)) for seed in range(20)]
    pairs = [(a, b) for number, a in enumerate(hashes) for b in hashes[:number]]
    assert [pair for pair in pairs if look_alike(*pair)] == []


@pytest.mark.parametrize("colour", ["white", "black"])
def test_a_logo_is_known_by_its_outline(colour: str) -> None:
    def logo(box: tuple[int, int, int, int]) -> Image.Image:
        image = Image.new("RGBA", (400, 155), (0, 0, 0, 0))
        ImageDraw.Draw(image).ellipse(box, fill=colour)
        return image

    left, right = hash_of(logo((20, 20, 120, 120))), hash_of(logo((280, 20, 380, 120)))
    assert not look_alike(left, right)
    assert look_alike(left, hash_of(logo((20, 20, 120, 120)).resize((800, 310))))


def test_a_plain_area_is_like_nothing() -> None:
    white, black = (hash_of(Image.new("RGB", (20, 30), colour)) for colour in ("white", "black"))
    assert white == black == "0" * 16
    assert not look_alike(white, black)
    assert not look_alike(None, "1" * 16)
    assert look_alike("1" * 16, "1" * 16)


def test_the_distance_counts_bits() -> None:
    assert distance("0" * 16, "f" * 16) == 64
    assert distance("00000000000000ff", "000000000000000f") == 4
    assert distance("0123456789abcdef", "0123456789abcdef") == 0
