import pytest

from media.languages import container_language, language_tag
from media.movie import FileRole, Stream, StreamKind
from media.scan.artwork import artwork_kind
from media.scan.directory_name import guess_of
from media.scan.subtitles import subtitle_stream
from media.scan.temporaries import is_temporary

VIDEO = "Sintel (2010) Bluray-1080p"


@pytest.mark.parametrize(
    ("name", "language", "flags"),
    [
        (f"{VIDEO}.en.srt", "en", ""),
        (f"{VIDEO}.ger.forced.srt", "de", "forced"),
        (f"{VIDEO}.forced.de.srt", "de", "forced"),
        (f"{VIDEO}.en.sdh.srt", "en", "hearing"),
        (f"{VIDEO}.en.cc.default.srt", "en", "hearing default"),
        (f"{VIDEO}.hi.srt", "hi", ""),
        (f"{VIDEO}.en.hi.srt", "en", "hearing"),
        (f"{VIDEO}.pt-BR.srt", "pt-BR", ""),
        (f"{VIDEO}.zh_hant.ass", "zh-Hant", ""),
        (f"{VIDEO}.es-419.vtt", "es-419", ""),
        (f"{VIDEO}.Director's comments.en.srt", "en", ""),
        (f"{VIDEO}.srt", None, ""),
        ("Subs/2_English.srt", "en", ""),
        ("Subs/German (Forced).srt", "de", "forced"),
        ("The.French.Dispatch.srt", None, ""),
        ("The.French.Dispatch.en.forced.srt", "en", "forced"),
    ],
)
def test_a_subtitles_name_tells_language_and_kind(
    name: str, language: str | None, flags: str
) -> None:
    stream = subtitle_stream(name, VIDEO)
    assert stream == Stream(
        kind=StreamKind.SUBTITLE,
        codec=stream.codec,
        language=language,
        is_forced="forced" in flags,
        is_hearing_impaired="hearing" in flags,
        is_default="default" in flags,
    )


def test_a_title_that_names_a_language_is_none() -> None:
    assert subtitle_stream("The French Dispatch.srt", "The French Dispatch").language is None


@pytest.mark.parametrize(
    ("said", "tag"), [("GER", "de"), ("pt_br", "pt-BR"), ("xx", None), ("en-whatever", None)]
)
def test_languages_have_one_tag(said: str, tag: str | None) -> None:
    assert language_tag(said) == tag


@pytest.mark.parametrize(
    ("code", "tag"), [("und", None), (None, None), ("ger", "de"), ("qq", "qq")]
)
def test_a_containers_unknown_code_stays(code: str | None, tag: str | None) -> None:
    assert container_language(code) == tag


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("poster.jpg", "poster"),
        ("Folder.JPG", "poster"),
        (f"{VIDEO}-poster.png", "poster"),
        (f"{VIDEO}.jpg", "poster"),
        ("fanart.jpg", "fanart"),
        ("fanart3.jpg", "fanart"),
        ("fanart-1.jpg", "fanart"),
        ("backdrop12.webp", "fanart"),
        ("extrafanart/anything.jpg", "fanart"),
        ("logo.png", "clearlogo"),
        ("clearart.png", "clearart"),
        ("cdart.png", "discart"),
        ("thumb.jpg", "landscape"),
        ("banner.jpg", "banner"),
        ("keyart.jpg", "keyart"),
        ("characterart.png", "characterart"),
        ("screenshot.jpg", None),
        ("poster.txt", None),
        ("extras/poster.jpg", None),
    ],
)
def test_artwork_is_known_by_name(path: str, kind: str | None) -> None:
    assert artwork_kind(path, VIDEO) == kind


@pytest.mark.parametrize(
    "name",
    ["a.mkv.part", "a.mkv.!qB", "a.!ut", "a.mkv.crdownload", "a.mkv.partial~", ".a.mkv.Xy12Zz"],
)
def test_unfinished_files_are_known_by_name(name: str) -> None:
    assert is_temporary(name)


@pytest.mark.parametrize("name", ["a.mkv", "part.mkv", "a.part.mkv", ".hidden", "Part of it.srt"])
def test_other_names_are_finished(name: str) -> None:
    assert not is_temporary(name)


@pytest.mark.parametrize(
    ("name", "title", "year", "tmdb", "imdb"),
    [
        ("Sintel (2010)", "Sintel", 2010, None, None),
        ("Sintel (2010) {tmdb-45745}", "Sintel", 2010, 45745, None),
        ("Sintel (2010) [imdbid-tt1727587]", "Sintel", 2010, None, "tt1727587"),
        ("Sintel [tmdbid=45745]", "Sintel", None, 45745, None),
        ("2001 A Space Odyssey (1968)", "2001 A Space Odyssey", 1968, None, None),
        ("(2010)", "(2010)", 2010, None, None),
        ("[REC] (2007)", "[REC]", 2007, None, None),
        ("Monsters, Inc. (2001)", "Monsters, Inc.", 2001, None, None),
        ("S.W.A.T. (2003)", "S.W.A.T.", 2003, None, None),
        ("Sintel.(2010)", "Sintel", 2010, None, None),
    ],
)
def test_a_directorys_name_suggests_a_movie(
    name: str, title: str, year: int | None, tmdb: int | None, imdb: str | None
) -> None:
    guess = guess_of(name)
    assert (guess.title, guess.year, guess.tmdb_id, guess.imdb_id) == (title, year, tmdb, imdb)


def test_every_role_has_a_name_of_its_own() -> None:
    assert len({str(role) for role in FileRole}) == len(FileRole)
