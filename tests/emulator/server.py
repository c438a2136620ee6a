"""The emulator: a web server on loopback that answers as the sources would, or badly."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote_plus

from .crossref import Crossref
from .dialect import Dialect, Page, Refused, Request
from .doaj import Doaj
from .eric import Eric
from .europepmc import EuropePmc
from .faults import CHANGES, Fault
from .index import Work
from .openalex import OpenAlex
from .semantic_scholar import SemanticScholar
from .unpaywall import Unpaywall

SOURCES = ("openalex", "eric", "doaj", "europepmc", "semantic_scholar", "crossref", "unpaywall")
# ERIC as others have measured it lately, against what its documentation and older replies make one
# expect: `Emulator(works, **ERIC_MEASURED)`.
ERIC_MEASURED: dict[str, Any] = {"eric_operator": "OR", "eric_rows": 200, "eric_error_status": 200}


@dataclass
class Call:
    """A call as the server saw it; `status` is 0 where no status was sent, `fault` its kind, or ""."""

    source: str
    method: str
    path: str
    params: dict[str, str]
    query: str
    headers: dict[str, str]
    status: int
    time: float
    fault: str = ""


@dataclass
class Reply:
    """An answer, ready to be sent."""

    status: int
    body: bytes
    headers: dict[str, str]
    kind: str = "application/json"


class Emulator:
    """The bibliographic indexes over one set of works.

    Parameters
    ----------
    works
        The works, see `corpus`.
    port
        0 for any free one.
    keys
        The right key of a source; OpenAlex and Semantic Scholar look at theirs.
    keyless
        Whether OpenAlex answers without a key.
    credits
        OpenAlex' credits left; None for no end. May be set anew.
    credits_limit
        What its header X-RateLimit-Limit says.
    url_limit
        Longest URL OpenAlex takes, in bytes, with scheme and host.
    last_cursor_null
        Whether OpenAlex' last page has no cursor; else one more, empty page follows.
    eric_operator, eric_rows, eric_error_status
        ERIC's operator between words, its most rows a page, the status of a query it can't read.
    semantic_scholar_page
        How many records Semantic Scholar puts on a page; it takes no wish.
    compress
        Whether to compress answers for clients that ask for it.
    """

    def __init__(
        self,
        works: Iterable[Work],
        *,
        port: int = 0,
        keys: dict[str, str] | None = None,
        keyless: bool = True,
        credits: int | None = None,
        credits_limit: int | None = None,
        url_limit: int = 4094,
        last_cursor_null: bool = True,
        eric_operator: str = "AND",
        eric_rows: int = 2000,
        eric_error_status: int = 400,
        semantic_scholar_page: int = 1000,
        compress: bool = False,
    ) -> None:
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.closing = threading.Event()
        self._works = list(works)
        self._compress = compress
        self._lock = threading.RLock()
        self.options: dict[str, Any] = {
            "keys": keys or {},
            "keyless": keyless,
            "credits": credits,
            "credits_limit": credits_limit or credits or 100_000,
            "credits_used": 0,
            "url_limit": url_limit,
            "last_cursor_null": last_cursor_null,
            "eric_operator": eric_operator,
            "eric_rows": eric_rows,
            "eric_error_status": eric_error_status,
            "semantic_scholar_page": semantic_scholar_page,
        }
        kinds: tuple[type[Dialect], ...] = (
            OpenAlex, Eric, Doaj, EuropePmc, SemanticScholar, Crossref, Unpaywall,
        )  # fmt: skip
        self._dialects = {kind.name: kind(lambda: self._works, self.options) for kind in kinds}
        self._server = _Server(self, port)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    # --- life ---------------------------------------------------------------------------------------

    def start(self) -> Self:
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop, and end all that hangs."""
        self.closing.set()
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()
        self._server.drop_all()
        self._thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- for tests ----------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def url(self, source: str) -> str:
        """Give the address of a source."""
        if source not in SOURCES:
            raise ValueError(f"There is no source {source!r}")
        return f"{self.root}/{source}"

    def environment(self) -> dict[str, str]:
        """Give the environment variables that lead Reprise here."""
        return {f"REPRISE_{source.upper()}_URL": self.url(source) for source in SOURCES}

    @property
    def works(self) -> list[Work]:
        return self._works

    @works.setter
    def works(self, works: Iterable[Work]) -> None:
        self._works = list(works)
        self.changed()

    def changed(self) -> None:
        """Drop all indexes and results: the works have changed in place."""
        with self._lock:
            for dialect in self._dialects.values():
                dialect.forget()

    @property
    def credits(self) -> int | None:
        """Credits left at OpenAlex."""
        left: int | None = self.options["credits"]
        return left

    @credits.setter
    def credits(self, left: int | None) -> None:
        self.options["credits"] = left

    def calls_to(self, source: str) -> list[Call]:
        """Give the calls to one source."""
        return [call for call in self.calls if call.source == source]

    # --- answering ----------------------------------------------------------------------------------

    def request(self, method: str, target: str, headers: dict[str, str]) -> Request:
        """Read a request line."""
        path, _, query = target.partition("?")
        source, slash, rest = path.removeprefix("/").partition("/")
        params: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            params.setdefault(name, value)
        return Request(source, method, f"{self.root}/{source}", target, slash + rest, params, headers)

    def receive(self, request: Request) -> tuple[Call, Fault | None]:
        """Note a call, and see what shall go wrong with it."""
        dialect = self._dialects.get(request.source)
        query = dialect.query(request) if dialect else ""
        call = Call(
            source=request.source,
            method=request.method,
            path=request.target,
            params=request.params,
            query=query,
            headers=request.headers,
            status=0,
            time=time.monotonic(),
        )
        with self._lock:
            self.calls.append(call)
            url = unquote_plus(request.url)
            hits = [fault for fault in list(self.faults) if fault.strikes(request.source, url)]
            if not hits:
                return call, None
            hits[0].hits += 1
            call.fault = hits[0].kind
            return call, hits[0]

    def reply(self, request: Request, fault: Fault | None) -> Reply:
        """Answer a request as the source would, changed by a fault that changes pages."""
        dialect = self._dialects.get(request.source)
        if dialect is None:
            return Reply(404, b'{"error": "no such source"}', {})
        try:
            if request.method != "GET":
                raise Refused(405, dialect.error(405, "Only GET is allowed."), {"Allow": "GET"})
            with self._lock:
                page = dialect.page(request)
                if fault and fault.kind in CHANGES:
                    CHANGES[fault.kind](fault, page, dialect)
                return self._written(page, dialect, fault)
        except Refused as refused:
            return Reply(refused.status, refused.body, refused.headers)

    @staticmethod
    def _written(page: Page, dialect: Dialect, fault: Fault | None) -> Reply:
        body = dialect.body(page)
        if isinstance(body, str):
            return Reply(200, body.encode(), page.headers, "text/xml;charset=utf-8")
        # Lone surrogates can only be sent escaped.
        plain = dialect.ascii_only or (fault is not None and fault.kind == "strange")
        return Reply(200, json.dumps(body, ensure_ascii=plain).encode(), page.headers)

    def packed(self, reply: Reply, request: Request) -> Reply:
        """Compress an answer, if this emulator does that and the client wants it."""
        if not self._compress or "gzip" not in request.headers.get("accept-encoding", ""):
            return reply
        headers = reply.headers | {"Content-Encoding": "gzip"}
        return Reply(reply.status, gzip.compress(reply.body, 1), headers, reply.kind)

    def error(self, request: Request, status: int) -> bytes:
        """Write an error as the source would."""
        dialect = self._dialects.get(request.source, self._dialects["openalex"])
        reason = http.client.responses.get(status, "Unknown")
        return json.dumps(dialect.error(status, reason)).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, emulator: Emulator, port: int) -> None:
        self.emulator = emulator
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def drop_all(self) -> None:
        with self._guard:
            connections = list(self._open)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about connections that end early: here they are meant to."""
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_other(self) -> None:
        # Whatever body came along was not read.
        self.close_connection = True
        self._serve()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = do_other  # noqa: N815

    def log_message(self, *args: Any) -> None:
        """Be silent."""

    def _serve(self) -> None:
        emulator = self.server.emulator
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = emulator.request(self.command, self.path, headers)
        call, fault = emulator.receive(request)
        misdeed = _MISDEEDS.get(fault.kind) if fault else None
        if fault and misdeed:
            misdeed(_Scene(self, emulator, request, call, fault))
            return
        reply = emulator.packed(emulator.reply(request, fault), request)
        call.status = reply.status
        self.send(reply)

    def send(self, reply: Reply, length: int | None = None) -> None:
        """Send an answer in one go."""
        self.write(self.head(reply, len(reply.body) if length is None else length) + reply.body)

    def head(self, reply: Reply, length: int | None) -> bytes:
        """Write status line and headers; without a length, the end of the connection ends the body."""
        reason = http.client.responses.get(reply.status, "Unknown")
        headers = {"Server": "emulator", "Date": formatdate(usegmt=True), "Content-Type": reply.kind}
        if length is not None:
            headers["Content-Length"] = str(length)
        if self.close_connection or length is None:
            self.close_connection = True
            headers["Connection"] = "close"
        lines = [f"HTTP/1.1 {reply.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in (headers | reply.headers).items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def write(self, data: bytes) -> None:
        if self.command == "HEAD":
            data = data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        try:
            self.wfile.write(data)
        except OSError:
            self.close_connection = True


# --- faults of the connection and of whole answers -----------------------------------------------------


@dataclass
class _Scene:
    """All a fault needs to know."""

    handler: _Handler
    emulator: Emulator
    request: Request
    call: Call
    fault: Fault

    def right(self) -> Reply:
        """Give the answer that would be right."""
        reply = self.emulator.reply(self.request, None)
        self.call.status = reply.status
        return reply

    def send(self, status: int, body: bytes | str, kind: str = "application/json", **headers: str) -> None:
        """Send an answer with the fault's own status and headers, where it has some."""
        self.call.status = self.fault.status or status
        data = body.encode() if isinstance(body, str) else body
        own = {name.replace("_", "-"): value for name, value in headers.items()}
        self.handler.send(Reply(self.call.status, data, own | self.fault.headers, kind))

    def wait(self, seconds: float | None) -> bool:
        """Wait, but not beyond the end of the emulator; say whether that has come."""
        return self.emulator.closing.wait(seconds)

    def end(self) -> None:
        self.handler.close_connection = True


def _status(scene: _Scene) -> None:
    status = scene.fault.status or 500
    body = scene.fault.body
    scene.send(status, scene.emulator.error(scene.request, status) if body is None else body)


def _html(scene: _Scene) -> None:
    page = "<!DOCTYPE html><html><head><title>Down</title></head><body><h1>Back soon</h1></body></html>"
    scene.send(200, scene.fault.body or page, "text/html; charset=utf-8")


def _error_200(scene: _Scene) -> None:
    scene.send(200, scene.fault.body or scene.emulator.error(scene.request, 500))


def _null(scene: _Scene) -> None:
    scene.send(200, scene.fault.body or "null")


def _echo_key(scene: _Scene) -> None:
    headers, params = scene.request.headers, scene.request.params
    given = {"authorization": headers.get("authorization", "") or headers.get("x-api-key", "")}
    given["api_key"] = params.get("api_key", "")
    body = {"error": f"Bad key {given['api_key']}", "message": f"{given} at {scene.request.url}"}
    echo = {f"X_Echo_{name}": value for name, value in given.items()}
    scene.send(401, json.dumps(body), **echo)


def _refuse(scene: _Scene) -> None:
    scene.end()


def _hang(scene: _Scene) -> None:
    scene.wait(scene.fault.seconds)
    scene.end()


def _endless(scene: _Scene) -> None:
    scene.call.status = scene.fault.status or 200
    scene.handler.write(scene.handler.head(Reply(scene.call.status, b"", scene.fault.headers), None))
    block, sent = b'{"results": [' + b" " * (1 << 16), 0
    while sent < scene.fault.size and not scene.emulator.closing.is_set():
        try:
            scene.handler.wfile.write(block)
        except OSError:
            break
        sent += len(block)
        block = b" " * (1 << 16)


def _bomb(scene: _Scene) -> None:
    packed = gzip.compress(b'{"results": [' + b" " * scene.fault.size + b"]}", 6)
    scene.send(200, packed, Content_Encoding="gzip")


def _slow(scene: _Scene) -> None:
    reply = scene.right()
    if not scene.wait(scene.fault.seconds or 0.3):
        scene.handler.send(reply)


def _drip(scene: _Scene) -> None:
    reply, pause = scene.right(), scene.fault.seconds or 0.01
    scene.handler.write(scene.handler.head(reply, len(reply.body)))
    for place in range(len(reply.body)):
        scene.handler.write(reply.body[place : place + 1])
        if scene.handler.close_connection or scene.wait(pause):
            break


def _half(scene: _Scene) -> None:
    reply = scene.right()
    half = reply.body[: len(reply.body) // 2]
    scene.handler.send(Reply(reply.status, half, reply.headers, reply.kind), len(reply.body))
    scene.end()


def _reset(scene: _Scene) -> None:
    _half(scene)
    # Linger of zero: closing throws away what is unsent and sends RST. The file descriptor has to be
    # closed here and now; socketserver would say FIN first.
    connection = scene.handler.connection
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())


def _resent(change: Callable[[bytes], bytes], **headers: str) -> Callable[[_Scene], None]:
    def misdeed(scene: _Scene) -> None:
        reply = scene.right()
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        everything = reply.headers | more | scene.fault.headers
        scene.handler.send(Reply(reply.status, change(reply.body), everything, reply.kind))

    return misdeed


_MISDEEDS: dict[str, Callable[[_Scene], None]] = {
    "status": _status,
    "html": _html,
    "error_200": _error_200,
    "null": _null,
    "echo_key": _echo_key,
    "refuse": _refuse,
    "hang": _hang,
    "endless": _endless,
    "bomb": _bomb,
    "slow": _slow,
    "drip": _drip,
    "cut": _half,
    "reset": _reset,
    "truncated": _resent(lambda body: body[: len(body) // 2]),
    "bad_json": _resent(lambda body: body.rstrip()[:-1] + b", NaN,}"),
    "encoding": _resent(lambda body: body, Content_Encoding="gzip"),
    "not_utf8": _resent(lambda body: body.replace(b': "', b': "\xe9\xff ', 3)),
    "bom": _resent(lambda body: b"\xef\xbb\xbf" + body),
    "headers": _resent(lambda body: body),
}
