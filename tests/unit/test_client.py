"""The client against small servers: it waits, tries again, reads carefully, and ends in one line."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from email.utils import format_datetime
from functools import partial
from typing import Any

import pytest
from reprise import __version__
from reprise.search import client
from reprise.search.client import ATTEMPTS, Client, Refused, Stopped, Unreachable, retry_after, user_agent
from reprise.search.page import Page
from reprise.search.sources import SOURCES

KEY = "sk-0penAlex-kept-secret-4711"
AGAIN = r"5 times in a row; what was fetched is kept, type `snakemake` again later"
WHERE = {
    "openalex": (("meta", "count"), "results"),
    "eric": (("response", "numFound"), "docs"),
    "doaj": (("total",), "results"),
    "europepmc": (("hitCount",), "resultList"),
    "semantic_scholar": (("total",), "data"),
}


class Server:
    """Answers each connection with the next reply, the last one for ever; notes when and what was asked."""

    def __init__(self, replies: Sequence[bytes], pause: float = 0.0):
        self._replies = list(replies)
        self._pause = pause  # seconds between two bytes
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/works"
        self.times: list[float] = []
        self.asked: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection, suppress(OSError):
                    self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        self.asked.append(connection.recv(1 << 16))
        self.times.append(time.monotonic())
        reply = self._replies[min(len(self.times), len(self._replies)) - 1]
        if not self._pause:
            connection.sendall(reply)
        for n in range(len(reply) if self._pause else 0):
            connection.sendall(reply[n : n + 1])
            time.sleep(self._pause)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@contextmanager
def serving(*replies: bytes, pause: float = 0.0) -> Iterator[Server]:
    server = Server(replies, pause)
    try:
        yield server
    finally:
        server.close()


def reply(body: str | bytes, status: int = 200, **headers: str) -> bytes:
    """Write a reply."""
    content = body.encode() if isinstance(body, str) else body
    told = {"Content-Length": str(len(content)), "Connection": "close"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


def page(source: str, total: Any = 0, records: Any = ()) -> str:
    """Write a page as a source would."""
    (*outer, count), results = WHERE[source]
    inner = {count: total}
    if source == "openalex":
        return json.dumps({outer[0]: inner, results: records})
    inner[results] = {"result": records} if source == "europepmc" else records
    return json.dumps({outer[0]: inner} if outer else inner)


def reader(source: str = "doaj") -> Callable[[Any], Page]:
    return partial(SOURCES[source].read, position=None)


def patient(**more: Any) -> Client:
    """Make a client whose pauses are short."""
    return Client(**{"name": "doaj", "headers": {}, "pace": 0.0, "backoff": 0.001, **more})


GOOD = reply(page("doaj"))


# --- waiting and trying again ---------------------------------------------------------------------------


def test_calls_begin_at_least_the_pace_apart() -> None:
    with serving(GOOD) as server:
        asking = patient(pace=0.05)
        begin = time.monotonic()
        for _ in range(4):
            asking.get(server.url, reader())
        assert time.monotonic() - begin >= 3 * 0.05
        assert len(server.times) == asking.made == 4


def test_calls_that_are_tried_again_keep_the_pace_too() -> None:
    with serving(reply("", 500), reply("", 500), GOOD) as server:
        begin = time.monotonic()
        patient(pace=0.1).get(server.url, reader())
        assert time.monotonic() - begin >= 2 * 0.1


@pytest.mark.parametrize("status", [429, 500])
def test_pauses_grow_and_end(status: int) -> None:
    with serving(reply("", status)) as server:
        begin = time.monotonic()
        with pytest.raises(Stopped, match=AGAIN):
            patient(backoff=0.02).get(server.url, reader())
        assert time.monotonic() - begin >= 0.02 * (1 + 2 + 4 + 8)
        assert len(server.times) == ATTEMPTS
    gaps = [after - before for before, after in zip(server.times, server.times[1:], strict=False)]
    assert gaps[-1] > gaps[0]


def test_nothing_is_waited_for_after_the_last_call() -> None:
    with serving(reply("", 429)) as server:
        with pytest.raises(Stopped):
            patient(backoff=0.02).get(server.url, reader())
        assert time.monotonic() - server.times[-1] < 0.2


def test_a_reply_that_comes_late_is_taken() -> None:
    with serving(reply("", 503), reply("", 502), reply("<html>"), reply("{}"), GOOD) as server:
        assert patient().get(server.url, reader()).page == Page(0, [])
        assert len(server.times) == ATTEMPTS


def test_no_more_calls_are_made_than_allowed() -> None:
    with serving(reply("", 500)) as server:
        with pytest.raises(
            Stopped, match=r"^doaj: 3 calls made in this run, .*\(sources\.live\.doaj\.calls\)"
        ):
            patient(calls=3).get(server.url, reader())
        assert len(server.times) == 3


def test_nobody_there_is_told_apart_from_somebody_who_hangs_up() -> None:
    with serving(b"") as server, pytest.raises(Stopped, match="the connection broke off") as stopped:
        patient().get(server.url, reader())
    assert not isinstance(stopped.value, Unreachable)
    with pytest.raises(Unreachable, match=r"^doaj: no connection to 127\.0\.0\.1$"):
        patient().get(server.url, reader())


def test_a_whole_reply_has_a_time() -> None:
    with serving(GOOD, pause=0.002) as server:
        asking = patient(timeouts=(1.0, 1.0, 0.05))
        with pytest.raises(Stopped, match=r"a reply that takes more than 0\.05 s"):
            asking.get(server.url, reader())


def test_the_headers_of_a_reply_have_a_time_too() -> None:
    with serving(reply(page("doaj"), X="x" * 200), pause=0.002) as server:
        asking = patient(timeouts=(1.0, 1.0, 0.05), calls=1)
        begin = time.monotonic()
        with pytest.raises(Stopped):
            asking.get(server.url, reader())
        assert time.monotonic() - begin < 0.4


# --- Retry-After ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, seconds",
    [
        ("0", 0),
        ("1", 1),
        (" 60 ", 60),
        ("3600", 3600),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("1.5", 0),
        ("\u0663", 0),
        ("\xb2", 0),
        ("2030-01-01", 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 99 Oct 2015 77:28:00 GMT", 0),
        ("Mon, 01 Jan 0001 00:00:00 GMT", 0),
        ("Wed, 21 Oct", 0),
    ],
)
def test_what_is_asked_for_is_read(value: str, seconds: float) -> None:
    assert retry_after(value) == seconds


@pytest.mark.parametrize(
    "form", ["%a, %d %b %Y %H:%M:%S GMT", "%a, %d %b %Y %H:%M:%S", "%A, %d-%b-%y %H:%M:%S GMT"]
)
def test_dates_are_read_as_utc(form: str) -> None:
    then = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    assert retry_after(then.strftime(form)) == pytest.approx(7200, abs=3)


def test_dates_of_other_zones_are_read() -> None:
    then = dt.datetime.now(dt.timezone(dt.timedelta(hours=5))) + dt.timedelta(hours=2)
    assert retry_after(format_datetime(then)) == pytest.approx(7200, abs=3)


@pytest.mark.parametrize("value", ["61", "86400", "99999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_long_wait_stops_at_once_and_says_when_to_come_back(value: str) -> None:
    with serving(reply('{"message": "Enough"}', 429, Retry_After=value)) as server:
        with pytest.raises(
            Stopped, match=r"^doaj: .*\(429: Enough\).* again after \d{4}-\d\d-\d\d \d\d:\d\d UTC$"
        ):
            patient().get(server.url, reader())
        assert len(server.times) == 1


@pytest.mark.parametrize("value", ["1764000000000", "9" * 400])
def test_a_wait_without_end_is_one_line(value: str) -> None:
    with serving(reply("", 429, Retry_After=value)) as server, pytest.raises(Stopped):
        patient().get(server.url, reader())


# --- who asks, and the key ------------------------------------------------------------------------------


def test_the_client_says_who_asks() -> None:
    assert user_agent("") == f"Reprise/{__version__} (reruns systematic reviews)"
    named = user_agent("ada@example.org")
    assert named == f"Reprise/{__version__} (reruns systematic reviews; mailto:ada@example.org)"
    with serving(GOOD) as server:
        patient(headers={"User-Agent": named, "Accept": "application/json"}).get(server.url, reader())
        lines = server.asked[0].decode().split("\r\n")
    assert f"User-Agent: {named}" in lines and "Accept: application/json" in lines


def keyed(**more: Any) -> Client:
    return patient(headers={"Authorization": f"Bearer {KEY}"}, secret=KEY, **more)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_a_key_that_comes_back_is_not_in_the_line(status: int) -> None:
    told = json.dumps({"message": f"{KEY} is {KEY}", "error": KEY})
    with (
        serving(reply(told, status, Retry_After="3600", X_Key=KEY)) as server,
        pytest.raises(Stopped) as stopped,
    ):
        keyed().get(server.url, reader())
    assert KEY not in str(stopped.value)
    assert "*** is ***" in str(stopped.value) or status == 429
    assert KEY in server.asked[0].decode()


def test_a_key_in_a_page_is_taken_out() -> None:
    with serving(reply(page("doaj", 1, [{"id": KEY, KEY: [f"a{KEY}b"]}]))) as server:
        got = keyed().get(server.url, reader())
    assert got.page.records == [{"id": "***", "***": ["a***b"]}]
    assert KEY not in repr(got)


@pytest.mark.parametrize("written", [KEY.replace("s", r"\u0073"), r"sk\/0penAlex\/kept"])
def test_a_key_is_found_however_it_is_written(written: str) -> None:
    key = json.loads(f'"{written}"')
    with serving(reply(page("doaj", 1, ["@"]).replace("@", written))) as server:
        got = patient(headers={"Authorization": f"Bearer {key}"}, secret=key).get(server.url, reader())
    assert key not in repr(got)


def test_a_client_shows_no_key() -> None:
    assert KEY not in repr(keyed())


def test_a_key_is_not_taken_elsewhere() -> None:
    with serving(GOOD) as elsewhere, serving(reply("", 302, Location=elsewhere.url)) as server:
        assert keyed().get(server.url, reader()).page == Page(0, [])
        assert KEY in server.asked[0].decode()
        assert KEY not in elsewhere.asked[0].decode()


def test_redirects_come_to_an_end() -> None:
    with serving(reply("", 302, Location="/works")) as server:
        with pytest.raises(Stopped, match=AGAIN):
            patient().get(server.url, reader())
        assert len(server.times) <= 4 * ATTEMPTS


@pytest.mark.parametrize("status", [400, 404, 405, 410, 414, 422])
def test_a_refusal_is_not_tried_again_and_is_told_in_one_short_line(status: int) -> None:
    told = json.dumps({"error": "no\r\nsuch\tfield\u2028\x00\x1b[31m" + " x" * 10_000})
    with serving(reply(told, status)) as server:
        with pytest.raises(Refused, match=rf"\({status}: no such field \[31m x x x") as stopped:
            patient().get(server.url, reader())
        assert len(server.times) == 1
    assert len(str(stopped.value).splitlines()) == 1 and len(str(stopped.value)) < 500


@pytest.mark.parametrize(
    "body", ["", "<html>", "[1]", '{"error": {"a": 1}}', '{"message": null}', "[" * 100_000]
)
def test_a_refusal_without_words_is_told_all_the_same(body: str) -> None:
    with serving(reply(body, 400)) as server, pytest.raises(Refused, match=r"the request is refused \(400\)"):
        patient().get(server.url, reader())


# --- reading --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("total", [0, 2**31, 2**53 + 1, 2**63 - 1, 2**64, 10**40])
def test_totals_of_any_size_are_read(source: str, total: int) -> None:
    with serving(reply(page(source, total, []))) as server:
        assert patient().get(server.url, reader(source)).page.total == total


def fails(source: str, body: str | bytes, said: str) -> None:
    """Check that a body is tried again, and told in one line."""
    with serving(reply(body)) as server:
        with pytest.raises(Stopped, match=f"^{source}: {said}, {AGAIN}$"):
            patient(name=source).get(server.url, reader(source))
        assert len(server.times) == ATTEMPTS


NO_TOTAL: list[Any] = ["5", True, False, -1, 1.0, 5e3, None, [], {}, [5]]
NO_LIST: list[Any] = [None, {}, {"0": {}}, "records", 0, True]


@pytest.mark.parametrize("source", SOURCES)
def test_a_total_that_is_none_is_no_page(source: str) -> None:
    for total in NO_TOTAL:
        fails(source, page(source, total, []), "says no total")


@pytest.mark.parametrize("source", SOURCES)
def test_records_that_are_no_list_are_no_page(source: str) -> None:
    for records in NO_LIST:
        fails(source, page(source, 1, records), "holds no list of records")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "body", ["[]", "1", "null", '"text"', "true", "{}", '{"meta": [], "response": 1}', "NaN"]
)
def test_json_that_is_no_object_is_no_page(source: str, body: str) -> None:
    fails(source, body, "says no total")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><html><title>Down</title></html>",
        b'{"total": 0, "results": []',
        b'{"total": 0, "results": []}}',
        b'{"total": 0, "results": ["\xff\xfe"]}',
        b'{"total": 0, "results": ["a\nb"]}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\x00" * 1000,
    ],
    ids=lambda body: repr(body[:30]),
)
def test_what_is_no_json_is_no_page(body: bytes) -> None:
    fails("doaj", body, "a reply that is no JSON")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_any_unicode_is_read(encoding: str) -> None:
    with serving(reply(page("doaj", 1, ["é\U0001f600"]).encode(encoding))) as server:
        assert patient().get(server.url, reader()).page.records == ["é\U0001f600"]


BODY = page("doaj", 1, [{"id": "a"}]).encode()
PACKED = gzip.compress(BODY, mtime=0)


@pytest.mark.parametrize(
    "sent",
    [
        reply(BODY, Content_Length=str(len(BODY) + 1)),
        reply(BODY, Content_Length=str(len(BODY) - 1)),
        reply(BODY, Content_Encoding="gzip"),
        reply(PACKED[:-4], Content_Encoding="gzip", Content_Length=str(len(PACKED))),
        reply(PACKED[:20], Content_Encoding="gzip"),
        reply(b"5\r\n" + BODY, Transfer_Encoding="chunked", Content_Length=""),
        reply(BODY, X="x" * 100_000),
        b"HTTP/1.1 200",
        b"\x00\x01\r\n\r\n",
        BODY,
    ],
    ids=lambda sent: repr(sent[-30:]),
)
def test_what_is_cut_or_mixed_up_is_no_page(sent: bytes) -> None:
    with serving(sent) as server, pytest.raises(Stopped, match=AGAIN):
        patient().get(server.url, reader())


@pytest.mark.parametrize(
    "sent",
    [
        reply(PACKED, Content_Encoding="gzip"),
        reply(b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY), Transfer_Encoding="chunked", Content_Length=""),
        b"HTTP/1.1 100 Continue\r\n\r\n" + reply(BODY),
        b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
    ],
    ids=["gzip", "chunked", "continue", "without length"],
)
def test_what_is_sent_otherwise_is_the_same_page(sent: bytes) -> None:
    with serving(sent) as server:
        got = patient().get(server.url, reader())
    assert got.page == Page(1, [{"id": "a"}])
    assert got.sha256 == hashlib.sha256(BODY).hexdigest()


@pytest.mark.parametrize("packed", [False, True])
def test_a_reply_without_end_is_left(monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    monkeypatch.setattr(client, "LARGEST", 1_000_000)
    body = BODY + b" " * 3_000_000
    sent = reply(gzip.compress(body, mtime=0), Content_Encoding="gzip") if packed else reply(body)
    with serving(sent) as server, pytest.raises(Stopped, match=f"a reply of more than 1 MB, {AGAIN}"):
        patient().get(server.url, reader())
