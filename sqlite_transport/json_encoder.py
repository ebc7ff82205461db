"""JSON as kombu makes it, by an encoder that is made once and not for each call."""

import json
from collections.abc import Callable

from kombu.utils.json import JSONEncoder


def json_encoder(*, sort_keys: bool = False, ensure_ascii: bool = True) -> Callable[[object], str]:
    """Return what encodes a value; it does not look for circles.

    A circle ends in a RecursionError, what has no JSON in a TypeError.
    """
    encoder = JSONEncoder(
        separators=(",", ":"),
        check_circular=False,
        sort_keys=sort_keys,
        ensure_ascii=ensure_ascii,
    )
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # not CPython
        encode: Callable[[object], str] = encoder.encode
        return encode
    to_string = (
        json.encoder.encode_basestring_ascii if ensure_ascii else json.encoder.encode_basestring
    )
    iterencode = make(None, encoder.default, to_string, None, ":", ",", sort_keys, False, True)
    return lambda value: "".join(iterencode(value, 0))
