"""Kodi's JSON-RPC: errors come with a status of 200, and lists in pages."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from media.errors import InvalidAnswerError, MediaError, ServiceFailedError, ServiceRefusedError
from media.outside import OutsideClient

Call = tuple[str, Mapping[str, Any]]

METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
BAD_PERMISSION = -32099

_PAGE = 1000
_BATCH = 100


class InvalidParamsError(ServiceRefusedError):
    """Kodi does not take these parameters; an id among them may not be any more."""


class KodiRpc:
    """The Kodi `name`; every method raises what `OutsideClient` does, and the errors of Kodi."""

    def __init__(self, name: str, client: OutsideClient) -> None:
        self._name = name
        self._client = client

    def call(self, method: str, **params: Any) -> Any:
        """Return the result of one method.

        Raises:
            ServiceRefusedError: Kodi does not know the method, or not these parameters.
            ServiceFailedError: it tried, and failed.
        """
        result = self.batch([(method, params)])[0]
        if isinstance(result, MediaError):
            raise result
        return result

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """Make many calls in as few requests as possible.

        Returns the result of each in order; where Kodi says no it is the error,
        which is not raised.
        """
        results: list[Any] = []
        for start in range(0, len(calls), _BATCH):
            results += self._request(calls[start : start + _BATCH])
        return results

    def table(self, method: str, **params: Any) -> Mapping[str, Any]:
        """Return the result of a method that answers an object."""
        found = self.call(method, **params)
        if not isinstance(found, dict):
            raise self._invalid(f"{method} answers no object")
        return found

    def pages(self, method: str, key: str, **params: Any) -> Iterator[Mapping[str, Any]]:
        """Yield all that `method` lists under `key`."""
        start, total = 0, 1
        while start < total:
            limits = {"start": start, "end": start + _PAGE}
            found = self.table(method, limits=limits, **params)
            yield from found.get(key) or []
            start, total = start + _PAGE, int(found.get("limits", {}).get("total", 0))

    def _request(self, calls: Sequence[Call]) -> list[Any]:
        body = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": dict(params)}
            for number, (method, params) in enumerate(calls)
        ]
        answers = self._client.post_json("jsonrpc", body if len(body) > 1 else body[0])
        by_id = {
            answer["id"]: answer
            for answer in (answers if isinstance(answers, list) else [answers])
            if isinstance(answer, dict) and "id" in answer
        }
        return [self._result(method, by_id.get(number)) for number, (method, _) in enumerate(calls)]

    def _result(self, method: str, answer: Mapping[str, Any] | None) -> Any:
        if answer is None:
            raise self._invalid(f"no answer to {method}")
        if "error" in answer:
            return self._error(method, answer["error"])
        if "result" not in answer:
            raise self._invalid(f"an answer to {method} without a result")
        return answer["result"]

    def _error(self, method: str, error: Any) -> MediaError:
        code = error.get("code") if isinstance(error, dict) else None
        said = f"player {self._name!r}: {method}: {_shown(error)}"
        if code == INVALID_PARAMS:
            return InvalidParamsError(said)
        if code in (METHOD_NOT_FOUND, BAD_PERMISSION):
            return ServiceRefusedError(said)
        return ServiceFailedError(said)

    def _invalid(self, what: str) -> InvalidAnswerError:
        return InvalidAnswerError(f"player {self._name!r} does not answer like Kodi: {what}")


def _shown(error: Any) -> str:
    if not isinstance(error, dict):
        return "an error"
    return f"{error.get('message', 'an error')} ({error.get('code')})"
