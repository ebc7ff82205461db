"""What a service answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from media.errors import InvalidAnswerError


@dataclass(frozen=True)
class Answer:
    """A successful answer (2xx): names of headers are lower-case, the body is decoded."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The type of the body without its parameters, such as `application/json`."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """Return what the body says as JSON.

        Raises:
            InvalidAnswerError: it is not sent as JSON, or is none.
        """
        if "json" not in self.content_type:
            raise InvalidAnswerError(f"sent {self.content_type or 'no type'} instead of JSON")
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise InvalidAnswerError(f"sent broken JSON: {type(error).__name__}") from None
