import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.outside.secrets import hide, secrets_in


@pytest.mark.parametrize("shown", ["s3cret/+ &x", "s3cret%2F%2B%20%26x", "s3cret%2F%2B+%26x"])
def test_a_secret_is_hidden_as_it_is_and_percent_encoded(shown: str) -> None:
    assert hide(f"at ?key={shown}&page=1", {"s3cret/+ &x"}) == "at ?key=[hidden]&page=1"


def test_a_secret_within_another_one_does_not_bare_the_rest() -> None:
    assert hide("secret-and-more", {"secret", "secret-and-more"}) == "[hidden]"


@pytest.mark.parametrize(
    "value",
    [
        {"Authorization": "Bearer t0ken-of-ours"},
        {"Authorization": 'MediaBrowser Client="x", Token="t0ken-of-ours"'},
        ("kodi", "t0ken-of-ours"),
        {"apikey": "t0ken-of-ours", "more": [{"pin": "1"}]},
        {"more": [{"key": "t0ken-of-ours"}]},
    ],
)
def test_a_secret_is_found_wherever_it_stands(value: object) -> None:
    assert hide("it was t0ken-of-ours", secrets_in(value, None)) == "it was [hidden]"


@given(st.text(min_size=4), st.text(), st.text())
def test_no_secret_is_left(secret: str, before: str, after: str) -> None:
    shown = hide(before + secret + after, secrets_in({"key": secret}))
    assert secret not in shown.replace("[hidden]", "")
