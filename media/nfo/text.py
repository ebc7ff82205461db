"""What may stand in an NFO's text."""

import re

# Control characters but for tab and line feed, halves of surrogate pairs, and the code
# points that are no characters and never will be.
NOT_TEXT = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
    )
)
_NOT_TEXT = re.compile(f"[{NOT_TEXT}]")
_LINE_ENDS = re.compile("\r\n?|\x85|\u2028|\u2029")


def clean(text: str) -> str:
    """Return `text` as XML can hold it, with plain line ends and nothing around it."""
    return without_controls(text).strip()


def without_controls(text: str) -> str:
    """Return `text` with plain line ends and without what XML cannot or should not hold."""
    return _NOT_TEXT.sub("", _LINE_ENDS.sub("\n", text))


def in_one_line(text: str) -> str:
    """Return the clean `text` with every run of white space as one space."""
    return " ".join(clean(text).split())
