from hypothesis import given
from hypothesis import strategies as st

from media.movie import StoredFile
from media.scan.signature import is_same_but_for, signature_of

FILES = st.lists(
    st.builds(
        StoredFile,
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=5),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    unique_by=lambda file: file.relative_path,
    max_size=5,
)


@given(FILES, st.randoms())
def test_the_order_does_not_matter(files: list[StoredFile], random) -> None:
    shuffled = list(files)
    random.shuffle(shuffled)
    assert signature_of(files) == signature_of(shuffled)


@given(FILES, FILES)
def test_other_files_have_another_signature(
    files: list[StoredFile], others: list[StoredFile]
) -> None:
    assert (signature_of(files) == signature_of(others)) is (set(files) == set(others))


@given(FILES, FILES, st.sets(st.text(max_size=2)))
def test_only_what_was_published_is_passed_over(
    before: list[StoredFile], now: list[StoredFile], published: set[str]
) -> None:
    same = {f for f in before if f.relative_path not in published} == {
        f for f in now if f.relative_path not in published
    }
    assert is_same_but_for(signature_of(before), signature_of(now), published) is same
