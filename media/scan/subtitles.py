"""What a subtitle file's name tells: language, forced, for the hard of hearing.

`Movie.de.forced.srt`, `Movie.en.sdh.srt`, `Movie.pt-BR.srt`, `Subs/2_English.srt`.
"""

import re
from itertools import takewhile

from media.languages import language_tag
from media.movie import Stream, StreamKind
from media.scan.file_names import extension, stem

_FORCED = frozenset({"forced", "foreign"})
_HEARING_IMPAIRED = frozenset({"sdh", "cc", "hi"})
_FLAGS = _FORCED | _HEARING_IMPAIRED | {"default"}
_CODECS = {".srt": "subrip", ".vtt": "webvtt", ".sub": "vobsub", ".idx": "vobsub", ".sup": "pgs"}


def subtitle_stream(path: str, video_stem: str) -> Stream:
    """Return the one stream of the subtitle file `path`, as its name describes it."""
    words = _words(_after_video_name(stem(path), video_stem))
    language, rest = _language(words)
    flags = {word.lower() for word in rest}
    ending = extension(path)
    return Stream(
        kind=StreamKind.SUBTITLE,
        codec=_CODECS.get(ending, ending.lstrip(".")),
        language=language,
        is_default="default" in flags,
        is_forced=bool(flags & _FORCED),
        is_hearing_impaired=bool(flags & _HEARING_IMPAIRED),
    )


def _after_video_name(name: str, video_stem: str) -> str:
    # The title must not be read as a language: "The French Dispatch".
    if name.casefold().startswith(video_stem.casefold()):
        return name[len(video_stem) :]
    if "." not in name:
        return name
    chunks = name.split(".")
    said = list(takewhile(_says_something, reversed(chunks)))
    return ".".join(reversed(said))


def _says_something(chunk: str) -> bool:
    return language_tag(chunk) is not None or chunk.lower() in _FLAGS


def _words(text: str) -> list[str]:
    words: list[str] = []
    for chunk in re.split(r"[. ()\[\]]+", text):
        words += [chunk] if language_tag(chunk) else re.split(r"[-_]+", chunk)
    return [word for word in words if word]


def _language(words: list[str]) -> tuple[str | None, list[str]]:
    """Take the language out of `words`; "hi" is Hindi only where no other language is."""
    named = [word for word in words if language_tag(word)]
    for word in sorted(named, key=lambda word: word.lower() == "hi"):
        rest = list(words)
        rest.remove(word)
        return language_tag(word), rest
    return None, words
