from collections.abc import Iterator

import pytest
from fakes import Providers, faults
from fakes import fanart as fake

from media.errors import InvalidAnswerError, ServiceRefusedError, SettingsError
from media.providers.fanart import Fanart
from media.settings import Settings

MATRIX = 603


@pytest.fixture
def fanart(providers: Providers, settings: Settings) -> Iterator[Fanart]:
    with Fanart(providers.configure(settings)) as client:
        yield client


def test_its_kinds_are_kodis(fanart: Fanart) -> None:
    images = fanart.images(MATRIX, None)
    by_kind = {
        kind: [one for one in images if one.kind == kind] for kind in {i.kind for i in images}
    }
    assert {kind: len(found) for kind, found in by_kind.items()} == {
        "clearlogo": 3,
        "clearart": 2,
        "poster": 2,
        "keyart": 1,
        "fanart": 1,
        "banner": 1,
        "landscape": 1,
        "discart": 1,
    }
    [keyart] = by_kind["keyart"]
    assert (keyart.language, keyart.is_textless) == (None, True)
    [background] = by_kind["fanart"]
    assert (background.language, background.is_textless) == (None, True)
    assert [one.language for one in by_kind["clearlogo"]] == ["en", "de", "en"]
    assert [one.votes for one in by_kind["clearlogo"]] == [9, 4, 3]
    assert all(one.width is None for one in images)


def test_the_preview_lies_beside(fanart: Fanart, providers: Providers) -> None:
    first = fanart.images(MATRIX, None)[0]
    base = providers.images.url
    assert first.url.startswith(f"{base}/fanart/movies/603/hdmovielogo/")
    assert (first.preview_url or "").startswith(f"{base}/preview/movies/603/hdmovielogo/")


def test_an_imdb_id_will_do(fanart: Fanart, providers: Providers) -> None:
    assert fanart.images(None, "tt0133093") == fanart.images(MATRIX, None)
    assert fanart.images(None, None) == []
    assert len(providers.fanart.requests) == 2


def test_the_keys_are_in_no_address(fanart: Fanart, providers: Providers) -> None:
    fanart.images(MATRIX, None)
    [request] = providers.fanart.requests
    assert request.query == {}
    assert request.headers["api-key"] == fake.API_KEY
    assert request.headers["client-key"] == fake.CLIENT_KEY


def test_nothing_found_is_no_failure(fanart: Fanart) -> None:
    assert fanart.images(10378, None) == []


def test_a_wrong_key_is_refused(providers: Providers, settings: Settings) -> None:
    table = {"fanart": {"base_url": providers.fanart.url, "api_key": "wrong-key-0123"}}
    wrong = settings.model_validate({**settings.model_dump(), "providers": table})
    with Fanart(wrong) as fanart, pytest.raises(ServiceRefusedError, match="Invalid API key"):
        fanart.images(MATRIX, None)


def test_without_a_key_there_is_no_client(settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"providers\.fanart"):
        Fanart(settings)


def test_one_wrong_picture_costs_that_picture_alone(
    fanart: Fanart, providers: Providers, caplog: pytest.LogCaptureFixture
) -> None:
    body = (
        b'{"movieposter": [{"url": "ftp://x"}, 5, {"id": 7, "url": "http://x/fanart/a.jpg",'
        b' "lang": "xx-unknown", "likes": "many"}], "moviebanner": {"no": "list"}, "new": []}'
    )
    providers.fanart.fail_with(faults.wrong_type("application/json", body))
    [poster] = fanart.images(MATRIX, None)
    assert (poster.kind, poster.provider_id, poster.language, poster.votes) == (
        "poster",
        "7",
        None,
        None,
    )
    assert "left out a wrong FanartPicture" in caplog.text


def test_a_list_is_no_answer(fanart: Fanart, providers: Providers) -> None:
    providers.fanart.fail_with(faults.wrong_type("application/json", b"[]"))
    with pytest.raises(InvalidAnswerError):
        fanart.images(MATRIX, None)
