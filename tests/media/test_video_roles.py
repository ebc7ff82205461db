import pytest

from media.errors import NoVideoError
from media.movie import FileRole, StoredFile
from media.scan.videos import assign_roles

DIRECTORY = "Sintel (2010)"


def roles(*names: str, directory: str = DIRECTORY) -> dict[str, str]:
    """Assign roles to files of which each is larger than the one before."""
    files = [StoredFile(name, size, 0) for size, name in enumerate(names, 1)]
    return {path: str(role) for path, role in assign_roles(files, directory).items()}


def test_extras_are_known_by_name_and_place() -> None:
    assert roles(
        "Sintel (2010).mkv",
        "Sintel (2010)-trailer.mp4",
        "movie-trailer.mp4",
        "Sintel.trailer.mp4",
        "Sintel - trailer.mp4",
        "trailer.mkv",
        "trailers/one.mkv",
        "sample.mkv",
        "sintel-sample.mkv",
        "Sample/sintel.mkv",
        "making of-featurette.mkv",
        "featurettes/making of.mkv",
        "somewhere/else.mkv",
        "notes.txt",
    ) == {
        "Sintel (2010).mkv": "main",
        "Sintel (2010)-trailer.mp4": "trailer",
        "movie-trailer.mp4": "trailer",
        "Sintel.trailer.mp4": "trailer",
        "Sintel - trailer.mp4": "trailer",
        "trailer.mkv": "trailer",
        "trailers/one.mkv": "trailer",
        "sample.mkv": "sample",
        "sintel-sample.mkv": "sample",
        "Sample/sintel.mkv": "sample",
        "making of-featurette.mkv": "extra",
        "featurettes/making of.mkv": "extra",
        "somewhere/else.mkv": "extra",
    }


def test_the_video_named_like_the_directory_beats_a_larger_one() -> None:
    assert roles("Sintel (2010) 1080p.mkv", "other.mkv") == {
        "Sintel (2010) 1080p.mkv": "main",
        "other.mkv": "version",
    }


def test_of_others_the_largest_is_the_movie() -> None:
    assert roles("small.mkv", "large.mkv")["large.mkv"] == "main"


def test_a_movie_in_parts_begins_with_the_first() -> None:
    assert roles("Sintel cd1.avi", "Sintel cd2.avi", "Sintel CD3.avi") == {
        "Sintel cd1.avi": "main",
        "Sintel cd2.avi": "part",
        "Sintel CD3.avi": "part",
    }


@pytest.mark.parametrize("title", ["Trailer", "The-Interview", "Sample"])
def test_a_movie_may_be_called_like_an_extra(title: str) -> None:
    assert roles(f"{title}.mkv", directory=title) == {f"{title}.mkv": FileRole.MAIN}


@pytest.mark.parametrize("names", [(), ("trailer.mkv",), ("a.nfo", "b.jpg"), ("a.mkv.part",)])
def test_no_movie_among_the_files_is_an_error(names: tuple[str, ...]) -> None:
    with pytest.raises(NoVideoError, match="no video of the movie"):
        roles(*names)
