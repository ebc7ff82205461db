from typing import Any

import pytest

from media.library.models import Candidate
from media.phases import EnrichmentPhase
from media.selection.limits import is_watched_elsewhere, most_of
from media.selection.scoring import Taste, score

TASTE = Taste("pt", "BR", ("fanart", "tmdb", "tvdb"))


def points(kind: str = "poster", provider: str = "tmdb", **more: Any) -> float:
    return score(Candidate(kind=kind, provider=provider, **{"language": "pt", **more}), TASTE)


@pytest.mark.parametrize("kind", ["poster", "clearlogo", "banner", "landscape", "trailer"])
def test_the_language_that_is_wanted_comes_first(kind: str) -> None:
    languages = ("pt", "pt-PT", None, "en", "fr")
    ranking = [points(kind, language=language) for language in languages]
    assert ranking == sorted(ranking, reverse=True)
    assert len(set(ranking)) == 5
    assert points(kind, language="pt-BR") == points(kind, language="pt")


@pytest.mark.parametrize("kind", ["fanart", "keyart"])
def test_where_text_is_unwanted_none_comes_first(kind: str) -> None:
    ranking = [
        points(kind, language="fr", is_textless=True),
        points(kind, language="pt", is_textless=False),
        points(kind, language=None, is_textless=False),
        points(kind, language="fr", is_textless=False),
    ]
    assert ranking == sorted(ranking, reverse=True)
    assert points(kind, language=None, is_textless=None) == ranking[0]


def test_the_language_weighs_more_than_the_provider_and_that_more_than_the_rest() -> None:
    best = {"width": 9000, "height": 9000, "votes": 99999, "vote_average": 10.0}
    worst = {"width": 1, "height": 1, "votes": 0, "vote_average": 0.0}
    assert points(provider="tvdb", **worst) > points(provider="fanart", language="en", **best)
    assert points(provider="fanart", **worst) > points(provider="tmdb", **best)
    assert points(provider="tmdb", **worst) > points(provider="tvdb", **best)


def test_larger_is_better_up_to_the_ideal() -> None:
    sizes = [(500, 750), (1000, 1500), (2000, 3000), (4000, 6000)]
    scores = [points(width=width, height=height) for width, height in sizes]
    assert scores[0] < scores[1] < scores[2] == scores[3]
    assert scores[0] < points() < scores[1]


def test_many_votes_weigh_more_than_one() -> None:
    assert points(votes=1, vote_average=10.0) < points(votes=300, vote_average=8.0)
    unrated = points(votes=0, vote_average=0.0)
    assert points(votes=300, vote_average=2.0) < unrated < points(votes=3, vote_average=6.0)
    # fanart.tv's likes have no average.
    assert points() < points(votes=3) < points(votes=30)


def test_an_official_trailer_is_better() -> None:
    assert points("trailer", height=1080) < points("trailer", height=1080, is_official=True)
    assert points("trailer", height=480) < points("trailer", height=1080)


def test_most_of_each_kind() -> None:
    kinds = ("poster", "fanart", "clearlogo", "trailer", "clearart", "discart", "banner")
    assert [most_of(kind, EnrichmentPhase()) for kind in kinds] == [3, 5, 2, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("url", "is_elsewhere"),
    [
        ("https://www.youtube.com/watch?v=abc", True),
        ("plugin://plugin.video.youtube/play/?video_id=abc.mp4", True),
        ("https://example.org/trailers/a.mp4?token=1", False),
        ("http://example.org/A.MKV", False),
    ],
)
def test_what_is_watched_elsewhere(url: str, is_elsewhere: bool) -> None:
    assert is_watched_elsewhere(Candidate(kind="trailer", url=url)) is is_elsewhere
    assert not is_watched_elsewhere(Candidate(kind="poster", url=url))
