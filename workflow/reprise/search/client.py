"""A polite HTTP client: it waits, tries again, gives up in time, and never shows a key.

Every fault that may pass (no connection, a status of 500 and more, a reply that is cut or no page) is
tried again with growing pauses; 429 is obeyed as long as it asks for little. What doesn't pass stops the
search with one line, and what was fetched before stays.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

from reprise import __version__
from reprise.mistakes import Mistake
from reprise.records import clean_text
from reprise.search.page import BadReply, Page, Rejected, Stopped
from reprise.search.values import at, text

CONNECT, READ, WHOLE = 10.0, 60.0, 180.0  # seconds: to connect, between two pieces, for a whole reply
LARGEST = 100_000_000  # bytes of a page; a hundred works with every author and abstract stay below 10 MB
ATTEMPTS = 5
BACKOFF = 1.0  # seconds before the second attempt; each further pause is twice as long
LONGEST_WAIT = 60.0  # seconds that a 429 may ask for; a longer wait is the user's to plan
CHUNK = 1 << 16
SECRET = 6  # signs; a shorter key hides nothing, and would be cut out of words
_KEYLESS = {"User-Agent", "Accept", "Accept-Encoding", "Connection"}
LATER = 366 * 86400.0  # seconds: whoever says to wait longer, says not to come back


class Refused(Stopped):
    """The source doesn't take the request as it is."""


class Unreachable(Stopped):
    """There is no connection to the source."""


@dataclass(frozen=True)
class Reply:
    """A page and its evidence: address, time, status, hash of the bytes, calls it took and has left."""

    page: Page
    url: str
    retrieved: str
    status: int
    sha256: str
    calls: int
    budget: dict[str, int] = field(default_factory=dict)


class _AtHome(requests.Session):
    """A session that sends a key to no other host; requests itself keeps back `Authorization` alone."""

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Take the headers of a redirected call away that may carry a key."""
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]
        here, there = response.request.url, prepared_request.url
        if self.should_strip_auth(here, there):  # type: ignore[no-untyped-call]
            for name in {*self.headers} & {*prepared_request.headers} - _KEYLESS:
                del prepared_request.headers[name]


@dataclass
class Client:
    """Asks one source.

    Parameters
    ----------
    name : str
        The source, as lines for people name it.
    headers : mapping
        Sent with every call.
    secret : str
        The key, if any: taken out of whatever comes back.
    pace : float
        Seconds between the beginnings of two calls.
    calls : int
        The most calls that this client makes.
    backoff : float
        Seconds of the first pause before a call is tried again; each next one is twice as long.
    timeouts : (float, float, float)
        Seconds to connect, between two pieces of a reply, and for the whole of it.
    key_name : str
        The variable in the environment that holds the key.
    place : str
        Where the protocol speaks of the source.
    absent : sequence of int
        Statuses that say of the one object asked for that there is none.
    again : str
        How a person goes on.
    """

    name: str
    headers: Mapping[str, str] = field(repr=False)
    secret: str = field(default="", repr=False)
    pace: float = 1.0
    calls: int = 1000
    backoff: float = BACKOFF
    timeouts: tuple[float, float, float] = (CONNECT, READ, WHOLE)
    key_name: str = ""
    place: str = ""
    absent: Sequence[int] = ()
    again: str = "type `snakemake` again"
    made: int = 0
    _session: requests.Session = field(default_factory=lambda: _AtHome(), repr=False)
    _next: float = 0.0

    def __post_init__(self) -> None:
        """Set what every call has in common; a ~/.netrc would put its own password into the calls."""
        self._session.headers.update(self.headers)
        self._session.auth = _as_it_is
        self._session.max_redirects = 3

    def get(
        self,
        url: str,
        read: Callable[[Any], Page],
        budget: Callable[[Mapping[str, str]], dict[str, int]] = lambda headers: {},
    ) -> Reply:
        """Fetch a page.

        Raises
        ------
        Stopped
            With one line: what is wrong, and what to do.
        """
        what, before = "", self.made
        for attempt in range(ATTEMPTS):
            pause = self.backoff * 2 ** (attempt - 1) if attempt else 0.0
            self._wait(pause)
            try:
                status, headers, body = self._call_in_time(url)
                asked = self._refused(status, headers, body)
                if asked is not None:
                    what = "429, too many calls"
                    self._next = max(self._next, time.monotonic() + (asked or self.backoff * 2**attempt))
                    continue
                absent = status in self.absent
                page = Page(0, []) if absent else read(self._without_secret(json.loads(body)))
                now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
                digest = hashlib.sha256(body).hexdigest()
                return Reply(page, url, now, status, digest, self.made - before, budget(headers))
            except Rejected as error:
                raise self._refusal(self._clean(str(error))[:200]) from None
            except (requests.ConnectionError, requests.Timeout) as error:
                what = "no connection" if _unconnected(error) else "the connection broke off"
            except (
                requests.RequestException,
                urllib3.exceptions.HTTPError,
                OSError,
                BadReply,
                ValueError,
                RecursionError,
            ) as error:
                what = self._clean(_described(error))
        if what == "no connection":
            raise Unreachable(f"{self.name}: no connection to {_host(url)}")
        raise Stopped(
            f"{self.name}: {what}, {ATTEMPTS} times in a row; what was fetched is kept, {self.again} later"
        )

    def _wait(self, pause: float) -> None:
        """Keep the pace and the number of calls."""
        if self.made >= self.calls:
            raise Stopped(
                f"{self.name}: {self.made} calls made in this run, the most that the protocol allows "
                f"({self._place()}.calls); what was fetched is kept, {self.again} to go on"
            )
        now = time.monotonic()
        time.sleep(max(pause, self._next - now, 0.0))
        self._next = time.monotonic() + self.pace
        self.made += 1

    def _call_in_time(self, url: str) -> tuple[int, Mapping[str, str], bytes]:
        """Make one call, which no trick of the other side lets last longer than the whole time allowed.

        A library's time-outs begin anew with each byte; so the call is left behind when its time is up.
        """
        whole = self.timeouts[2]
        outcome: queue.SimpleQueue[Any] = queue.SimpleQueue()

        def work() -> None:
            try:
                outcome.put(self._call(url))
            except BaseException as error:
                outcome.put(error)

        threading.Thread(target=work, daemon=True).start()
        try:
            came = outcome.get(timeout=1.1 * whole)
        except queue.Empty:
            raise BadReply(f"a reply that takes more than {whole:g} s") from None
        if isinstance(came, BaseException):
            raise came
        return came  # type: ignore[no-any-return]

    def _call(self, url: str) -> tuple[int, Mapping[str, str], bytes]:
        """Make one call; the body comes in pieces, so that neither time nor size is without a bound."""
        connect, read, whole = self.timeouts
        deadline = time.monotonic() + whole
        with self._session.get(url, timeout=(connect, read), stream=True) as response:
            pieces, size = [], 0
            while piece := response.raw.read1(CHUNK, decode_content=True):
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST:
                    raise BadReply(f"a reply of more than {LARGEST // 1_000_000} MB")
                if time.monotonic() > deadline:
                    raise BadReply(f"a reply that takes more than {whole:g} s")
            self._complete(response, size)
            body = b"".join(pieces)
            return response.status_code, response.headers, self._redact(body)

    @staticmethod
    def _complete(response: requests.Response, size: int) -> None:
        """Refuse a body shorter than announced, even where what came is JSON."""
        announced = response.headers.get("Content-Length", "")
        if announced.isdigit() and "Content-Encoding" not in response.headers and size != int(announced):
            raise BadReply(f"a reply of {size} bytes instead of {announced}")

    def _refused(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Look at the status: None if all is well, the seconds to wait if 429 asks for few.

        Raises
        ------
        Stopped
            Where trying again is of no use.
        BadReply
            Where it may be.
        """
        if status == 200 or status in self.absent:
            return None
        said = self._said(body)
        if status == 429:
            wait = retry_after(headers.get("Retry-After", ""))
            if wait > LONGEST_WAIT:
                back = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=wait)
                raise Stopped(
                    f"{self.name}: allows no more calls for now (429{said}); what was fetched is kept, "
                    f"{self.again} after {back:%Y-%m-%d %H:%M} UTC"
                )
            return wait
        if status in (401, 403):
            what = f"the key in {self.key_name} is refused; correct or unset it"
            if not self.secret:
                what = "calls without a key are refused from here; look at what the source asks for"
            raise Stopped(f"{self.name}: {what} ({status}{said})")
        if status == 408 or status >= 500 or status < 400:
            raise BadReply(f"status {status}{said}")
        raise self._refusal(f"{status}{said}")

    def _refusal(self, said: str) -> Refused:
        mend = f"correct the terms of `query`, or the string in {self._place()}.query"
        if self.place:
            mend = "look at `contact` and at what the service asks for"
        return Refused(f"{self.name}: the request is refused ({said}); {mend}")

    def _place(self) -> str:
        return self.place or f"sources.live.{self.name}"

    def _said(self, body: bytes) -> str:
        """Give the source's own words on a refusal, cut and cleaned."""
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            return ""
        words = text(at(told, "message")) or text(at(told, "error")) or text(at(told, "error", "msg"))
        words = words or text(at(told, "errMsg"))
        return f": {self._clean(words)[:200]}" if words else ""

    def _without_secret(self, told: Any) -> Any:
        """Take the key out of a reply, in whatever way JSON spells it."""
        if len(self.secret) < SECRET:
            return told
        text = json.dumps(told)
        return json.loads(text.replace(self.secret, "***")) if self.secret in text else told

    def _redact(self, body: bytes) -> bytes:
        return body.replace(self.secret.encode(), b"***") if len(self.secret) >= SECRET else body

    def _clean(self, words: str) -> str:
        """Make words from outside fit for one line; never with the key in them."""
        words = clean_text(words.encode("utf-8", "replace").decode())
        words = "".join(c for c in words if c.isprintable())
        return words.replace(self.secret, "***") if len(self.secret) >= SECRET else words


def retry_after(value: str) -> float:
    """Read a Retry-After header: seconds or a date; 0 where it says nothing.

    Examples
    --------
    >>> retry_after("3600"), retry_after(""), retry_after("soon")
    (3600.0, 0.0, 0.0)
    """
    if value.strip().isascii() and value.strip().isdigit():
        return min(float(value), LATER)
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return 0.0
    aware = date if date.tzinfo else date.replace(tzinfo=dt.UTC)
    return min(max(0.0, (aware - dt.datetime.now(dt.UTC)).total_seconds()), LATER)


def key_of(variable: str) -> str:
    """Give the key that stands in the environment, or nothing.

    Raises
    ------
    Mistake
        Where it can be none.
    """
    key = os.environ.get(variable, "").strip() if variable else ""
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise Mistake(f"{variable}: holds signs that no key has; set it anew, or unset it")
    return key


def address(name: str, base: str) -> tuple[str, bool]:
    """Give the address of a service, and whether it is on this machine; only tests set it, and only there.

    A protocol can't change it: a key would go to whoever wrote the protocol.
    """
    variable = f"REPRISE_{name.upper()}_URL"
    other = os.environ.get(variable, "")
    if not other:
        return base, False
    if urlsplit(other).hostname != "127.0.0.1":
        raise Mistake(f"{variable}: is for tests and must lead to 127.0.0.1; unset it")
    return other.rstrip("/"), True


def user_agent(contact: str) -> str:
    """Say who asks, as services wish."""
    return f"Reprise/{__version__} (reruns systematic reviews{'; mailto:' + contact if contact else ''})"


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _unconnected(error: Exception) -> bool:
    """Whether no connection came about at all."""
    told = repr(error)
    return any(
        name in told
        for name in ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "ProxyError", "SSLError")
    )


def _described(error: Exception) -> str:
    if isinstance(error, BadReply):
        return str(error)
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | RecursionError):
        return "a reply that is no JSON"
    return "a reply that can't be read"


def _host(url: str) -> str:
    return urllib3.util.parse_url(url).host or url
