from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fakes import Providers, faults

from media.errors import ServiceRefusedError, SettingsError
from media.library.database import Library
from media.library.models import ProviderState
from media.providers.tvdb import Tvdb
from media.settings import Settings

MATRIX = 169


@pytest.fixture
def here(providers: Providers, settings: Settings) -> Settings:
    return providers.configure(settings)


@pytest.fixture
def tvdb(here: Settings) -> Iterator[Tvdb]:
    with Tvdb(here) as client:
        yield client


def test_its_types_are_read_and_kodis(tvdb: Tvdb) -> None:
    images = tvdb.images(MATRIX, None)
    # The icon is nothing that Kodi knows.
    assert [one.kind for one in images] == ["poster", "poster", "fanart", "banner", "clearlogo"]
    assert [one.language for one in images] == ["en", "de", None, "en", "en"]
    assert [one.is_textless for one in images] == [False, False, True, False, False]
    assert (images[2].width, images[2].height, images[2].votes) == (1920, 1080, 100_000)
    assert "/t/" in (images[0].preview_url or "")


def test_an_imdb_id_will_do(tvdb: Tvdb) -> None:
    assert tvdb.images(None, "tt0133093") == tvdb.images(MATRIX, None)
    assert tvdb.images(None, "tt9999999") == []
    assert tvdb.images(None, None) == []


def test_nothing_found_is_no_failure(tvdb: Tvdb) -> None:
    assert tvdb.images(424_242, None) == []


def test_all_workers_log_in_once(here: Settings, providers: Providers, library: Library) -> None:
    for _worker in range(3):
        with Tvdb(here) as tvdb:
            tvdb.images(MATRIX, None)
    assert providers.tvdb.logins == 1
    assert len(providers.tvdb.asked("/v4/artwork/types")) == 1
    with library.reading() as session:
        state = session.get_one(ProviderState, "tvdb")
    assert state.token_expires_at is not None
    assert timedelta(days=27) < state.token_expires_at - datetime.now(UTC) < timedelta(days=30)


def test_a_token_that_expired_is_replaced(
    here: Settings, providers: Providers, library: Library, tvdb: Tvdb
) -> None:
    tvdb.images(MATRIX, None)
    with library.writing() as session:
        state = session.get_one(ProviderState, "tvdb")
        state.token_expires_at = datetime.now(UTC) - timedelta(seconds=1)
    tvdb.images(MATRIX, None)
    assert providers.tvdb.logins == 2


def test_a_token_that_was_withdrawn_is_replaced(tvdb: Tvdb, providers: Providers) -> None:
    tvdb.images(MATRIX, None)
    providers.tvdb.revoke()
    assert tvdb.images(MATRIX, None)
    assert providers.tvdb.logins == 2


def test_a_second_refusal_is_final(tvdb: Tvdb, providers: Providers) -> None:
    tvdb.images(MATRIX, None)
    providers.tvdb.fail_with(faults.status(401), on="/v4/movies/.*")
    with pytest.raises(ServiceRefusedError):
        tvdb.images(MATRIX, None)
    assert providers.tvdb.logins == 2


def test_another_refusal_is_no_reason_to_log_in(tvdb: Tvdb, providers: Providers) -> None:
    tvdb.images(MATRIX, None)
    providers.tvdb.fail_with(faults.status(403), on="/v4/movies/.*")
    with pytest.raises(ServiceRefusedError):
        tvdb.images(MATRIX, None)
    assert providers.tvdb.logins == 1


@pytest.mark.parametrize("wrong", [{"api_key": "wrong-key-0123"}, {"pin": "wrong-pin-0123"}])
def test_wrong_keys_are_refused_and_never_shown(
    providers: Providers, settings: Settings, wrong: dict[str, str]
) -> None:
    table = {**providers.tables()["providers"]["tvdb"], **wrong}
    here = settings.model_validate({**settings.model_dump(), "providers": {"tvdb": table}})
    with Tvdb(here) as tvdb, pytest.raises(ServiceRefusedError, match="InvalidAPIKey") as failure:
        tvdb.images(MATRIX, None)
    assert not any(value in str(failure.value) for value in wrong.values())


def test_without_a_key_there_is_no_client(settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"providers\.tvdb"):
        Tvdb(settings)
