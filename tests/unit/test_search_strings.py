"""The search strings: read back with a grammar of the tests' own, they find what the blocks mean."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reprise.config import parse_protocol, plain, read_config
from reprise.query import matcher
from reprise.records import CJK
from reprise.synthesis.search_strings import (
    DATABASES,
    EBSCOHOST,
    PROQUEST,
    PUBMED,
    SCOPUS,
    WEB_OF_SCIENCE,
    Database,
    search_strings,
    strings_for,
)

WINDOW = {"start": "2015-01-01", "end": "2022-01-31"}
FIELDS = ["title", "abstract", "keywords"]
EXAMPLES = 40 * int(os.environ.get("REPRISE_EXAMPLES", "1"))
# Where each database's fields look; the limits on years are read as true.
LOOKS = {
    **{name: ["title"] for name in ("TITLE", "TI", "ti")},
    **{name: ["abstract"] for name in ("ABS", "AB")},
    **{name: ["keywords"] for name in ("KEY", "AK", "SU", "KW", "IF", "ot")},
    **dict.fromkeys(("TITLE-ABS-KEY", "TS"), FIELDS),
    "tiab": ["title", "abstract"],
}
YEARS = r"PUBYEAR\ >\ 2014\ AND\ PUBYEAR\ <\ 2023|PY=\(2015-2022\)|YR\(2015-2022\)|2015:2022\[dp\]"
TOKEN = re.compile(
    rf"""\s*(?:(?P<years>{YEARS})
    |(?P<field>(?:TITLE-ABS-KEY|TITLE|ABS|KEY|TS|TI|AB|AK|SU|KW)(?:,(?:TI|AB|SU|IF))*(?:=|[ ])?(?=\())
    |(?P<operator>AND\ NOT|AND|OR|NOT)(?=[ ])
    |(?P<term>(?:"[^"(){{}}]+"|{{[^"(){{}}]+}}|[^\s"(){{}}\[\]*]+(?:\*|\[\*20\])?))(?P<tag>\[(?:ti|tiab|ot)\])?
    |(?P<open>\()|(?P<close>\)))""",
    re.X,
)


def words(text: str) -> list[str]:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", bare.casefold())


def tokens(text: str) -> list[tuple[str, str, str]]:
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        assert match, f"can't be read: {text[at : at + 40]}"
        kind = match.lastgroup if match.lastgroup != "tag" else "term"
        assert kind
        found.append((kind, match[kind], (match["tag"] or "").strip("[]")))
        at = match.end()
    return found


def finds(text: str, record: dict[str, list[str]]) -> bool:
    """Read a string and say whether it finds a record. Within parentheses operators don't mix but AND NOT."""
    left = tokens(text)
    value = _all(left, record, None)
    assert not left, f"left over: {left}"
    return value


def _all(left: list[Any], record: dict[str, list[str]], fields: list[str] | None) -> bool:
    value, before = _one(left, record, fields), ""
    while left and left[0][0] == "operator":
        operator = left.pop(0)[1]
        assert operator.endswith("NOT") or before in ("", operator), "AND and OR without parentheses"
        before = operator
        other = _one(left, record, fields)
        value = {"AND": value and other, "OR": value or other}.get(operator, value and not other)
    return value


def _one(left: list[Any], record: dict[str, list[str]], fields: list[str] | None) -> bool:
    kind, text, tag = left.pop(0)
    if kind == "years":
        return True
    if kind == "field":
        assert fields is None, "a field in a field"
        named = text.strip("= ").split(",")
        return _one(left, record, [field for name in named for field in LOOKS[name]])
    if kind == "open":
        value = _all(left, record, fields)
        assert left.pop(0)[0] == "close"
        return value
    assert kind == "term", f"{kind} {text} where a term should stand"
    places = LOOKS[tag] if tag else fields
    assert places, f"{text} is looked for nowhere"
    return any(_stands(text, t) for field in places for t in record[field])


def _stands(spelled: str, text: str) -> bool:
    inside = spelled.strip('"{}')
    wanted = [(w, cut) for part in re.split(r"[\s-]+", inside) for w, cut in _cut(part)]
    assert wanted
    held = words(text)
    return any(
        all(h.startswith(w) if cut else h == w for (w, cut), h in zip(wanted, held[i:], strict=False))
        for i in range(len(held) - len(wanted) + 1)
    )


def _cut(part: str) -> list[tuple[str, bool]]:
    cut = part.endswith(("*", "[*20]"))
    parts = words(part.removesuffix("[*20]"))
    return [(w, cut and n == len(parts) - 1) for n, w in enumerate(parts)]


def query_of(
    *blocks: list[str], fields: list[str] = FIELDS, exclude: list[str] | None = None
) -> dict[str, Any]:
    return {
        "fields": fields,
        "blocks": [{"name": f"block {n}", "terms": terms} for n, terms in enumerate(blocks)],
        "exclude": {"name": "no", "terms": exclude} if exclude else None,
    }


VOCABULARY = [
    "micro",
    "credential",
    "credentials",
    "open",
    "badge",
    "badges",
    "or",
    "not",
    "and",
    "near",
    "to",
]
VOCABULARY += ["learning", "children's", "école", "straße", "covid", "19", "ai", "ti", "py"]


@st.composite
def terms(draw: st.DrawFn) -> str:
    """Draw a word or phrase, perhaps cut, hyphenated, or with signs that databases read as their own."""
    chosen = [draw(st.sampled_from(VOCABULARY)) for _ in range(draw(st.integers(1, 3)))]
    cut = [w[: draw(st.integers(1, len(w)))] + "*" if draw(st.booleans()) else w for w in chosen]
    cut = [w if re.search(r"[^\W_]", w) else "x" for w in cut]
    around = draw(
        st.sampled_from(["{}", "{}", "{}", '"{}"', "({})", "[{}]", "{{{}}}", "{}[tiab]", "TI={}", "`{}`"])
    )
    return around.format(draw(st.sampled_from([" ", "-", " - "])).join(cut))


texts = st.lists(st.sampled_from([*VOCABULARY, "badging", "credentialing", "x", "-", ","]), max_size=8).map(
    " ".join
)
records = st.fixed_dictionaries(
    {
        "title": texts.map(lambda t: [t]),
        "abstract": texts.map(lambda t: [t]),
        "keywords": st.lists(texts, max_size=3),
    }
)
fields = st.sets(st.sampled_from(FIELDS), min_size=1).map(lambda f: [x for x in FIELDS if x in f])
some = st.lists(terms(), min_size=1, max_size=4)
named = pytest.mark.parametrize("database", DATABASES, ids=lambda d: d.name)


@named
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(
    parts=st.lists(some, min_size=1, max_size=3),
    fields=fields,
    found=st.lists(records, min_size=5, max_size=20),
)
def test_a_string_finds_all_that_the_blocks_mean_and_no_more_where_it_says_so(
    database: Database, parts: list[list[str]], fields: list[str], found: list[Any]
) -> None:
    query = query_of(*parts, fields=fields)
    said = strings_for(database, query, WINDOW)
    holds = matcher(query)
    wider = [n for n in said.notes if n.startswith(("Block", "Said wider"))]
    # PubMed has no field for the abstract alone.
    wider += ["tiab"] if database is PUBMED and "abstract" in fields and "title" not in fields else []
    if not said.search:
        assert len([n for n in wider if n.startswith("Block")]) == len(parts)
        return
    for record in found:
        meant = holds(record) is True
        is_found = finds(said.search, record)
        assert is_found or not meant, "narrower than the blocks"
        assert wider or is_found == meant, "wider, and not a word of it"


@named
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(terms_=some, found=st.lists(records, min_size=5, max_size=20))
def test_what_is_left_out_is_nothing_but_what_is_excluded(
    database: Database, terms_: list[str], found: list[Any]
) -> None:
    said = strings_for(database, query_of(["x"], exclude=terms_), WINDOW)
    all_said = not any(n.startswith("Of `exclude`") for n in said.notes)
    excluded = matcher(query_of(terms_))
    for record in found:
        here = {**record, "title": [*record["title"], "x"]}
        assert finds(said.search, here)
        out = bool(said.leave_out) and not finds(f"{said.search} {said.leave_out}", here)
        means = excluded(here) is True
        assert means or not out, "more is left out than is excluded"
        assert not all_said or out == means


@named
def test_every_term_of_the_bundled_query_is_said(database: Database) -> None:
    query = plain(parse_protocol(read_config()))["query"]
    said = strings_for(database, query, WINDOW)
    assert not said.notes
    other = [{**b, "terms": ["zebra"]} for b in query["blocks"]]
    for n, block in enumerate(query["blocks"]):
        for term in block["terms"]:
            alone = query | {"blocks": [block if m == n else b for m, b in enumerate(other)]}
            text = f"zebra {term.replace('*', '')}"
            record = {"title": [text], "abstract": [], "keywords": []}
            assert matcher(alone)(record)
            assert finds(strings_for(database, alone, WINDOW).search, record)
            assert term.split()[0].rstrip("*") in said.search


@pytest.mark.parametrize(
    ("database", "said"),
    [
        (SCOPUS, 'TITLE-ABS-KEY("open badge*" OR "or") AND PUBYEAR > 2014 AND PUBYEAR < 2023'),
        (WEB_OF_SCIENCE, 'TS=("open badge*" OR "open-badge*" OR "or") AND PY=(2015-2022)'),
        (
            PROQUEST,
            'TI,AB,SU,IF("open badge*" OR "open-badge*" OR "open badge[*20]" OR "open-badge[*20]" OR "or")',
        ),
        (PUBMED, '("open badge*"[tiab] OR "open badge*"[ot] OR "open-badge*"[tiab] OR "open-badge*"[ot]'),
        (
            EBSCOHOST,
            '(TI ("open badge*" OR "open-badge*" OR "or") OR AB ("open badge*" OR "open-badge*" OR "or")',
        ),
    ],
    ids=lambda d: getattr(d, "name", ""),
)
def test_each_dialect_is_written_as_its_help_says(database: Database, said: str) -> None:
    text = strings_for(database, query_of(["open badge*", "OR"]), WINDOW).search
    assert text.startswith(said)


def test_scopus_is_told_what_to_leave_out_exactly_and_last() -> None:
    said = strings_for(SCOPUS, query_of(["x"], exclude=["merit badge", "scout*"]), WINDOW)
    assert said.leave_out.startswith("AND NOT (TITLE({merit badge} OR {merit-badge} OR scout*)")


def test_web_of_science_leaves_nothing_out_for_its_keywords_plus() -> None:
    assert "TS=" not in strings_for(WEB_OF_SCIENCE, query_of(["x"], exclude=["scout"]), WINDOW).leave_out


@pytest.mark.parametrize(("database", "letters"), [(PUBMED, 4), (WEB_OF_SCIENCE, 3)], ids=["PubMed", "WoS"])
def test_too_few_letters_before_a_star_widen(database: Database, letters: int) -> None:
    short, long = "badges"[: letters - 1] + "*", "badges"[:letters] + "*"
    query = query_of(["learn*"], [short, "school*"])
    said = strings_for(database, query, WINDOW)
    assert "school" not in said.search
    assert f"`{short}`" in said.notes[0]
    assert long in strings_for(database, query_of([long]), WINDOW).search
    assert not strings_for(database, query_of([short]), WINDOW).search


def test_pubmed_truncates_the_last_word_of_a_phrase_alone() -> None:
    said = strings_for(PUBMED, query_of(["stack* credential*"]), WINDOW)
    assert "(stack*[tiab] OR stack*[ot]) AND (credential*[tiab] OR credential*[ot])" in said.search
    assert said.notes == ["Said wider, as words that stand anywhere: `stack* credential*`."]


@named
def test_a_script_without_spaces_is_not_truncated(database: Database) -> None:
    said = strings_for(database, query_of(["微证书*"]), WINDOW)
    assert '"微证书"' in said.search
    assert "*" not in said.search
    assert any("scripts without spaces" in note for note in said.notes)
    assert CJK.search(said.search)


@named
def test_accents_are_said_with_and_without(database: Database) -> None:
    said = strings_for(database, query_of(["Educación"]), WINDOW).search
    assert '"educacion"' in said
    assert '"educación"' in said


def test_the_markdown_holds_a_string_for_each_database_and_what_it_says_otherwise() -> None:
    text = search_strings(query_of(["open ba`dges*", "{sc(out"], ["learn*"], exclude=["scout"]), WINDOW)
    assert re.findall("^## (.*)$", text, re.M) == [d.name for d in DATABASES]
    assert text.count("```text\n") == 10  # five strings, and what each may leave out
    assert text.count("\n```\n") == 10
    assert "by hand, 2015 to 2022" in text
    assert "2015-01-01 to 2022-01-31" in text


def test_equal_in_equal_out() -> None:
    query = query_of(["open badge*", "open-badge*"], ["learn*"])
    assert search_strings(query, WINDOW) == search_strings(query, WINDOW)
    assert strings_for(SCOPUS, query, WINDOW).search.count("open badge") == 1
