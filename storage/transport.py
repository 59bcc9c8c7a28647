"""HTTP to the store, with every wait limited.

The SDK's own pool waits five minutes and tries five times: half an hour for a server that accepts and says nothing.
urllib3 has a trap of its own: the connect timeout also limits the sending of a whole body, so that a part of 8 MiB
fails on a line of less than 64 Mbit/s. Here a connection is made within `connect`, every block of a body is taken
within SEND_TIMEOUT, an answer begins within `read`; and only a broken connection is tried again, never a silent one.
"""

import io
from types import TracebackType
from typing import Any, Self

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import ConnectionPool, HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ReadTimeoutError
from urllib3.util import Retry, Timeout

BLOCK = 256 * 1024
SEND_TIMEOUT = 10.0
ABORT_TIMEOUT = 3.0


class _Http(HTTPConnection):
    """Connects first, then gives the sending a time of its own."""

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        self.timeout = SEND_TIMEOUT
        super().request(*args, **kwargs)


class _Https(HTTPSConnection):
    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        self.timeout = SEND_TIMEOUT
        super().request(*args, **kwargs)


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _OneMoreTry(Retry):
    """Another try would double the wait for a silent server, so it is for refused and broken connections."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: urllib3.BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        if error is not None and was_silence(error):
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)


def was_silence(error: Exception) -> bool:
    """Nothing came in time, or (wrapped by urllib3 into its second argument) nothing was taken in time."""
    return isinstance(error, ReadTimeoutError) or any(isinstance(cause, TimeoutError) for cause in error.args)


class Transport(urllib3.PoolManager):
    """The pool of connections to hand to the SDK."""

    def __init__(self, *, connect: float, read: float, connections: int) -> None:
        super().__init__(
            timeout=Timeout(connect=connect, read=read),
            retries=_OneMoreTry(total=1, backoff_factor=0.2, status_forcelist=(502, 503, 504), raise_on_status=False),
            maxsize=connections,
            blocksize=BLOCK,
        )
        self.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
        self._abort = Timeout(connect=connect, read=min(read, ABORT_TIMEOUT))

    def urlopen(  # type: ignore[override]
        self, method: str, url: str, redirect: bool = True, **kwargs: Any
    ) -> urllib3.BaseHTTPResponse:
        body = kwargs.get("body")
        if isinstance(body, bytes) and len(body) > BLOCK:
            kwargs["body"] = io.BytesIO(body)  # urllib3 sends a file in blocks, bytes in one piece
        if method == "DELETE":
            kwargs["timeout"] = self._abort  # the SDK aborts a failed upload before it reports the failure
        response = super().urlopen(method, url, redirect, **kwargs)
        if response.status >= 400 and response.headers.get("Content-Type", "").startswith("text/xml"):
            response.headers["Content-Type"] = "application/xml"  # rclone's errors, which the SDK does not read else
        return response
