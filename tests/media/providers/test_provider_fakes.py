"""The fakes are as strict as the real ones, and other processes find them."""

import os
import subprocess
import sys
from functools import partial
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from fakes import Providers, faults
from fakes import tmdb as fake
from PIL import Image

ASK_ALL = """
from media.providers.fanart import Fanart
from media.providers.tmdb import Tmdb
from media.providers.tvdb import Tvdb
from media.settings import read_settings

settings = read_settings()
with Tmdb(settings) as tmdb, Fanart(settings) as fanart, Tvdb(settings) as tvdb:
    images = [
        *tmdb.movie(603, "en", "US").images(),
        *fanart.images(603, None),
        *tvdb.images(None, "tt0133093"),
    ]
print(len(images))
"""
ROOT = Path(__file__).parents[3]


def test_a_worker_process_finds_them_by_its_environment(
    providers: Providers, tmp_path: Path
) -> None:
    environment = {**os.environ, **providers.environment(), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", ASK_ALL],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    # TMDB, fanart.tv and TheTVDB.
    assert int(done.stdout) == 10 + 12 + 5


# A fake answers when it has its turn to run.
bare = partial(httpx.get, trust_env=False, timeout=120)


def get(url: str, **params: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {fake.TOKEN}"}
    return bare(url, params=params, headers=headers)


def test_tmdb_refuses_what_the_real_one_refuses(providers: Providers) -> None:
    url = providers.tmdb.url
    assert bare(f"{url}/3/movie/603").json()["status_code"] == 7
    assert get(f"{url}/3/movie/1").json()["status_code"] == 34
    assert get(f"{url}/4/movie/603").status_code == 404
    assert get(f"{url}/3/search/movie").status_code == 422
    assert get(f"{url}/3/find/tt0133093").status_code == 422
    month = {"start_date": "2026-01-01", "end_date": "2026-01-31"}
    assert get(f"{url}/3/movie/changes", **month).json()["status_code"] == 20


def test_tmdb_sends_only_what_was_asked_for(providers: Providers) -> None:
    url = f"{providers.tmdb.url}/3/movie/603"
    assert "credits" not in get(url).json()
    # Without the languages of pictures there are only those in the language of the texts.
    answer = get(url, append_to_response="images", language="fr-FR").json()
    assert answer["images"]["posters"] == []


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/t/p/original/poster-look5-100x150.jpg", (100, 150)),
        ("/t/p/w342/poster-look5-1000x1500.jpg", (342, 513)),
        ("/t/p/h632/actor-look5-400x600.jpg", (421, 632)),
        ("/fanart/movies/1/logo-look5-80x31.png", (80, 31)),
    ],
)
def test_pictures_are_real_ones(providers: Providers, path: str, size: tuple[int, int]) -> None:
    answer = bare(providers.images.url + path)
    assert Image.open(BytesIO(answer.content)).size == size


def test_a_fault_ends_when_it_is_told_to(providers: Providers) -> None:
    url = providers.images.url + "/poster-look5-10x15.jpg"

    def statuses(times: int) -> list[int]:
        return [bare(url).status_code for _ in range(times)]

    providers.images.fail_with(faults.status(500), times=2)
    assert statuses(3) == [500, 500, 200]
    providers.images.fail_with(faults.status(503), on="/elsewhere.*")
    assert statuses(1) == [200]
    providers.images.fail_with(faults.status(503))
    assert statuses(2) == [503, 503]
    providers.images.recover()
    assert statuses(1) == [200]
