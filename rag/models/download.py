"""A file over HTTP into a partial file that an interruption leaves resumable."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx

Progress = Callable[[int, int], None]

# A mirror that has begun to deliver may pause; this long, in seconds, is a broken connection.
_READ_TIMEOUT = 20.0
# Broken connections in a row, without a byte in between, until the mirror is given up.
_ATTEMPTS = 3


class MirrorFailedError(Exception):
    """Why one mirror did not deliver; `wrong_bytes` when it, or a leftover, was not the model."""

    def __init__(self, reason: str, *, wrong_bytes: bool = False) -> None:
        super().__init__(reason)
        self.wrong_bytes = wrong_bytes


def download_file(
    partial: Path, *, url: str, size: int, connect_timeout: float, report: Progress
) -> None:
    """Fill `partial` up to `size` bytes from `url`, going on where it ends.

    A server that ignores the range is read from the start. The content is not checked here.

    Raises:
        MirrorFailedError: the mirror does not answer, refuses, or serves a file of another size.
    """
    timeout = httpx.Timeout(_READ_TIMEOUT, connect=connect_timeout)
    # Content must arrive as it is: a compressed transfer has no ranges.
    headers = {"Accept-Encoding": "identity"}
    failures = 0
    try:
        client = httpx.Client(timeout=timeout, headers=headers, follow_redirects=True)
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        # A proxy in the environment that httpx cannot use: socks5:// without socksio, socks://.
        raise MirrorFailedError(f"the proxy that is set cannot be used: {error}") from error
    with client:
        while _length(partial) < size:
            before = _length(partial)
            try:
                _read(client, url, partial, size, report)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if not before:
                    raise MirrorFailedError(_describe(error)) from error
                failures += 1
                last: Exception = error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                failures = 0 if _length(partial) > before else failures + 1
                last = error
            else:
                continue
            if failures >= _ATTEMPTS:
                raise MirrorFailedError(_describe(last)) from last


def _read(client: httpx.Client, url: str, partial: Path, size: int, report: Progress) -> None:
    """Read one response into the partial file."""
    start = _length(partial)
    headers = {"Range": f"bytes={start}-"} if start else {}
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise MirrorFailedError("its file ends before what is there", wrong_bytes=True)
        if response.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
            raise MirrorFailedError(f"HTTP {response.status_code}")
        if response.status_code == httpx.codes.OK:
            start = 0
        announced = _announced(response, start)
        if announced not in (None, size):
            raise MirrorFailedError(f"its file has {announced} bytes, not {size}")
        with partial.open("r+b" if start else "wb") as file:
            file.seek(start)
            done = start
            for chunk in response.iter_bytes():
                done += len(chunk)
                if done > size:
                    raise MirrorFailedError(f"it sends more than {size} bytes", wrong_bytes=True)
                file.write(chunk)
                report(done, size)
        if done < size:
            # Without a length in its head, a response that was cut off looks finished.
            raise httpx.RemoteProtocolError(f"the connection ended after {done} of {size} bytes")


def _announced(response: httpx.Response, start: int) -> int | None:
    """Return the size of the whole file by the response's head, None when it does not say.

    Raises:
        MirrorFailedError: the response is another range than the one that was asked for.
    """
    if response.status_code == httpx.codes.PARTIAL_CONTENT:
        found = re.fullmatch(
            r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", "").strip()
        )
        if found is None or int(found[1]) != start:
            raise MirrorFailedError("it answered with another range than the one asked for")
        return None if found[2] == "*" else int(found[2])
    length = response.headers.get("Content-Length", "")
    return (
        int(length) if length.isdecimal() and "Content-Encoding" not in response.headers else None
    )


def _describe(error: Exception) -> str:
    """Return a reason that a reader understands; some of httpx's messages are empty."""
    if isinstance(error, httpx.ConnectTimeout):
        return "no answer"
    if isinstance(error, httpx.TimeoutException):
        return "it stopped sending"
    return str(error) or type(error).__name__


def _length(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
