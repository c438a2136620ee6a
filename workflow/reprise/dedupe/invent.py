"""Invent records with known duplicates, for measuring at sizes that nobody labels.

Works are drawn field by field from word lists; then sources describe them, each in its style, and some
descriptions get faults. Styles and faults are those of the labelled sets that `bench` reads: of their true
pairs 31 % differ in the case of the title or its full stop, 6 % in punctuation, 5 % in a cut subtitle or end,
2 % in spelling; in 60 % authors are spelled otherwise, in 40 % the journal; 3 to 9 % lack pages on one side,
14 % a DOI; under 1 % differ in the year.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.frames import as_typed
from reprise.records import COLUMNS

Ints = NDArray[np.int64]
Texts = NDArray[np.object_]
Bools = NDArray[np.bool_]
Columns = dict[str, Any]

ADVERSARIAL = (
    "all titles equal", "all authors equal", "all titles empty", "all one doi", "all fields empty",
)  # fmt: skip
# Sources of records, each with its style.
PUBMED, SCOPUS, PSYCHOLOGY, SCHOLAR = range(4)
_SOURCES = np.array(["pubmed", "scopus", "psychology", "scholar"], dtype=object)
# Of works, so many are described more than once; and of these by so many sources more.
DUPLICATED = 0.30
_MORE, _MORE_SHARE = np.array([1, 2, 3]), [0.70, 0.22, 0.08]

_OPENINGS = (
    "effects of|the role of|a randomized trial of|a review of|exploring|understanding|impact of|"
    "the impact of|predictors of|an evaluation of|towards|rethinking|prevalence of|association between|"
    "comparison of|development of|assessing|determinants of|the use of|perceptions of|barriers to|"
    "experiences of|measuring|designing|on the nature of|analysis of|a framework for|lessons from|"
    "outcomes of|managing"
).split("|")
_ADJECTIVES = (
    "digital|clinical|early|chronic|online|social|adaptive|rural|urban|acute|novel|integrated|multiple|"
    "global|local|higher|professional|cognitive|visual|spatial|severe|mild|open|informal|remote|"
    "collaborative|public|private|shared|long-term|short-term|community-based|evidence-based|low-cost|"
    "high-risk|self-reported|economic|political|cultural|environmental|genetic|organizational|occupational|"
    "sustainable|algorithmic"
).split("|")
_NOUNS = (
    "learning|care|outcomes|risk|assessment|education|training|therapy|policy|behaviour|quality|"
    "performance|management|disease|skills|employment|platforms|screening|knowledge|practice|innovation|"
    "identity|trust|markets|labour|pain|memory|stress|sleep|exercise|nutrition|imaging|diagnosis|treatment|"
    "recovery|prevention|adherence|literacy|motivation|engagement|credentials|badges|curricula|governance|"
    "infrastructure|migration|housing|inequality|wages|productivity|emissions|water|soil|energy|transport|"
    "networks|data|privacy|robots"
).split("|")
_LINKS = "in|of|for|and|among|on|versus|during|after|through|with|under|across".split("|")
_PEOPLE = (
    "older adults|children|nurses|university students|teachers|pregnant women|patients|young people|"
    "workers|primary schools|hospitals|small firms|veterans|adolescents|immigrants|caregivers|"
    "rural communities|intensive care units|families|low-income countries|cancer survivors|managers|"
    "engineers|first-year students"
).split("|")
_SUBTITLES = (
    "a systematic review|a randomized controlled trial|a case study|a qualitative study|a pilot study|"
    "evidence from a national survey|results of a cohort study|a meta-analysis|an exploratory study|"
    "a mixed methods approach|protocol for a feasibility study|lessons learned|implications for practice|"
    "a cross-sectional study|a longitudinal analysis|challenges and opportunities|a scoping review|"
    "a literature review|a comparative study|an interview study"
).split("|")
_GENERIC = (
    "Editorial|Introduction|Book reviews|Letter to the editor|Preface|Editorial introduction|In this issue|"
    "Foreword|Commentary|News"
).split("|")
_PLACES = (
    "China|Brazil|Norway|Kenya|Spain|Australia|India|Canada|Japan|Nigeria|Turkey|Germany|Chile|Vietnam|"
    "Iran|Italy"
).split("|")
_PREFIXES = (
    "neuro|cardio|micro|macro|electro|photo|bio|geo|hydro|thermo|psycho|socio|techno|cyber|immuno|onco|"
    "osteo|derma|gastro|hepato|nephro|pulmo|hemato|endo|peri|trans|inter|multi|meta|para|poly|hyper|hypo|"
    "sub|supra|auto|chemo|radio|cyto|histo|patho|pharmaco|toxo|eco|agro|aero|audio|video|ortho|chrono"
).split("|")
_ROOTS = (
    "gen|plast|metr|graph|log|morph|path|kinet|sens|spir|vas|struct|form|port|duct|ject|script|spect|tens|"
    "vers|fract|flex|grad|man|mut|nat|pend|press|rupt|sect|sign|solv|strict|tact|tend|tract|vect|vent|viv|"
    "voc|cept|cred|dict|fact|fer|fus|lect|loc|miss|mot"
).split("|")
_ENDINGS = (
    "ation|icity|ology|ive|ism|ory|ance|ization|ics|osis|itis|ography|ement|ability|ile|oid|ome|ant|ure|al"
).split("|")
_FIRST_SYLLABLES = (
    "Ka|Mo|Ber|Lin|San|Ra|Han|Tor|Vel|Gar|Pet|Sil|Mar|Nor|Al|Ben|Cas|Dom|El|Fer|Gon|Hol|Iv|Jan|Kov|Lar|Mil|"
    "Nak|Or|Pav|Que|Ros|Sch|Tan|Ur|Vas|Wal|Xi|Yam|Zu|Åk|Ör|Mü|Çel|Gó|Né|Šim|Łu|Bjö|Guí"
).split("|")
_MIDDLE_SYLLABLES = (
    "ra|li|no|ma|te|ko|sa|vi|da|be|ne|mi|to|ri|la|den|ger|man|ton|vin|kel|bar|dor|gan|mar|nel|per|ser|tel|vor"
).split("|")
_LAST_SYLLABLES = (
    "son|ez|ski|ov|ini|sen|berg|mann|ton|es|ic|ova|ley|field|er|as|ura|moto|an|i|y|ström|ard|ella|ós|eth"
).split("|")
_COMMON_FAMILIES = (
    "Wang|Li|Zhang|Liu|Chen|Smith|Kim|Lee|Garcia|Müller|Singh|Johnson|Yang|Silva|Brown|Nguyen".split("|")
)
_GIVEN = (
    "Anna|Wei|John|Maria|José|David|Li|Sarah|Ahmed|Elena|Peter|Yuki|Carlos|Emma|Mohammed|Laura|James|"
    "Ingrid|Paul|Fatima|Michael|Sofia|Thomas|Ana|Robert|Min|Julia|Andreas|Claire|Rajesh|Katarina|Daniel|"
    "Olga|Richard|Mei|Hannah|Luis|Björn|Zoë|Kenji|Priya|Victor|Nadia|Simon|Teresa|George|Aylin|Henrik|"
    "Lucía|Omar"
).split("|")
_JOURNALS = (
    "Journal of {}|International Journal of {}|{}|European Journal of {}|Annals of {}|Archives of {}|"
    "American Journal of {}|{} Research|Advances in {}|Current Opinion in {}|{} Review|"
    "British Journal of {}|Frontiers in {}|{} Letters|Studies in {}|"
    "Proceedings of the International Conference on {}"
).split("|")
_FIELDS = (
    "Medicine|Education|Nursing|Psychology|Economics|Information Systems|Public Health|Surgery|"
    "Rehabilitation|Neurology|Sociology|Ecology|Chemistry|Engineering|Law|Management|Oncology|Pediatrics|"
    "Physiology|Linguistics|Geography|Pharmacology|Virology|Materials|Robotics|Statistics|Agriculture|"
    "Ethics|Transport|Energy"
).split("|")
_SMALL = {"the", "of", "and", "in", "on", "for", "a", "an", "to", "with", "or", "from", "by", "at"}


def invent(works: int, seed: int) -> tuple[pd.DataFrame, Ints]:
    """Invent works, and records that describe them.

    Parameters
    ----------
    works : int
    seed : int
        The same seed invents the same records.

    Returns
    -------
    records : data frame
        With `records.COLUMNS`, in mixed order; about 1.4 times as many as works. `note` says which faults
        a record was given.
    truth : array
        The number of its work for each record.
    """
    rng = np.random.default_rng(seed)
    made = _works(rng, works)
    extra = np.where(rng.random(works) < DUPLICATED, rng.choice(_MORE, works, p=_MORE_SHARE), 0)
    truth = np.repeat(np.arange(works), extra + 1)
    rng.shuffle(truth)
    return _frame(_describe(rng, made, truth)), truth


def invent_records(n: int, seed: int) -> tuple[pd.DataFrame, Ints]:
    """Invent so many records; else as `invent`."""
    records, truth = invent(max(int(n / 1.3), 4), seed)
    # Whole works, so that no more than one of them lacks a record.
    kept = np.sort(np.argsort(truth, kind="stable")[:n])
    return records.iloc[kept].reset_index(drop=True), truth[kept]


def adversarial(kind: str, n: int, seed: int = 5) -> tuple[pd.DataFrame, Ints]:
    """Invent records that are hard to tell apart, or to compare at all.

    Parameters
    ----------
    kind : str
        One of `ADVERSARIAL`.

    Returns
    -------
    records, truth : as `invent`
        With "all titles equal" each record is a work, on pages of its own; elsewhere truth is what it was
        before the fields were overwritten.
    """
    records, truth = invent_records(n, seed)
    if kind == "all titles equal":
        number = np.arange(n)
        first = (number % 2_000) * 10 + 1
        records = records.assign(
            title="Digital badges in higher education: a systematic review", venue="Journal of Education",
            year=pd.array(1990 + number // 2_000 % 35, dtype="Int64"), issue="", doi="", pmid="", note="",
            volume=(1 + number // 2_000).astype(str), type="article",
            pages=[f"{a}-{a + 8}" for a in first.tolist()],
        )  # fmt: skip
        return as_typed(records), number
    if kind == "all fields empty":
        kept = ["record_id", "source", "kind"]
        empty = pd.DataFrame({c: records[c] if c in kept else "" for c in COLUMNS})
        return as_typed(empty), truth
    column, value = {
        "all authors equal": ("authors", "Wang, Wei; Smith, John; Silva, Maria"),
        "all titles empty": ("title", ""),
        "all one doi": ("doi", "10.1234/journal"),
    }[kind]
    return as_typed(records.assign(**{column: value})), truth


# --- works -----------------------------------------------------------------------------------------------


def _works(rng: np.random.Generator, n: int) -> Columns:
    """Draw works: what each is, before anyone describes it."""
    journals = _journals(rng, max(20, min(8_000, n // 100)))
    count = np.minimum(1 + rng.geometric(0.28, n), 8)
    count[rng.random(n) < 0.12] = 1
    work: Columns = {
        "title": _titles(rng, n),
        "author_count": count,
        "author_seed": rng.integers(0, 2**62, n),  # who the authors are hangs on this alone
        "journal": (len(journals) * rng.random(n) ** 2).astype(np.int64),
        "year": 2025 - np.minimum(rng.geometric(0.07, n), 45),
        "issue": rng.integers(1, 13, n),
        "first": rng.integers(1, 2_500, n),
        "length": rng.integers(2, 21, n),
        "paging": rng.choice(4, n, p=[0.80, 0.12, 0.03, 0.05]),  # range, article number, supplement, none
        "has_doi": rng.random(n) < 0.72,
        "doi_number": rng.permutation(n) + 10_000,
        "type": rng.choice(
            np.array(["article", "review", "conference-paper", "book-chapter", ""], dtype=object), n,
            p=[0.80, 0.06, 0.06, 0.04, 0.04],
        ),
        "fault": rng.random(n),
    }  # fmt: skip
    _hard_negatives(rng, work, n)
    work["volume"] = np.maximum(1, work["year"] - 1920 - work["journal"] % 60)
    work["journals"] = journals
    return work


def _zipf(rng: np.random.Generator, words: Texts, n: int, power: float = 2.0) -> Texts:
    """Draw words, the first ones far more often than the last."""
    drawn = words[(len(words) * rng.random(n) ** power).astype(np.int64)]
    return np.asarray(drawn, dtype=object)


def _terms(rng: np.random.Generator) -> Texts:
    """Compose 20,000 words of science."""
    made = [a + b + c for a, b, c in itertools.product(_PREFIXES, _ROOTS, _ENDINGS)]
    return np.array(made, dtype=object)[rng.permutation(len(made))[:20_000]]


def _titles(rng: np.random.Generator, n: int) -> Texts:
    terms = _terms(rng)

    def pick(words: list[str]) -> Texts:
        return np.asarray(np.array(words, dtype=object)[rng.integers(0, len(words), n)], dtype=object)

    def maybe(share: float, text: Texts | str) -> Texts:
        return np.asarray(np.where(rng.random(n) < share, text, ""), dtype=object)

    def phrase() -> Texts:
        adjective = maybe(0.55, pick(_ADJECTIVES) + " ")
        return np.asarray(adjective + maybe(0.8, _zipf(rng, terms, n) + " ") + pick(_NOUNS), dtype=object)

    title = maybe(0.4, pick(_OPENINGS) + " ") + phrase() + " " + pick(_LINKS) + " " + phrase()
    title = title + maybe(0.5, " " + pick(_LINKS) + " " + phrase())
    title = title + maybe(0.45, " in " + pick(_PEOPLE)) + maybe(0.12, " in " + pick(_PLACES))
    title = title + maybe(0.4, ": " + pick(_SUBTITLES)) + maybe(0.03, "?")
    title = title + maybe(0.02, np.asarray(" " + rng.integers(1990, 2025, n).astype(str).astype(object)))
    title = np.array([t[0].upper() + t[1:] for t in title.tolist()], dtype=object)
    generic = rng.random(n) < 0.006
    title[generic] = _zipf(rng, np.array(_GENERIC, dtype=object), int(generic.sum()))
    # Some titles are short and come back: "Digital badges in hospitals".
    short = rng.random(n) < 0.004
    plain = pick(_ADJECTIVES) + " " + pick(_NOUNS) + " in " + pick(_PEOPLE)
    title[short] = np.array([t.capitalize() for t in plain[short].tolist()], dtype=object)
    # And some whole titles are borne by two works of other people.
    twin = np.flatnonzero(rng.random(n) < 0.003)
    title[twin] = title[rng.integers(0, n, len(twin))]
    return np.asarray(title, dtype=object)


def _hard_negatives(rng: np.random.Generator, work: Columns, n: int) -> None:
    """Make some works, each with the one before it, hard to tell apart."""
    second = np.arange(1, n, 2)
    kind = rng.choice(9, len(second), p=[0.008, 0.008, 0.003, 0.008, 0.003, 0.006, 0.02, 0.004, 0.94])
    parts, errata, again, editorials, replies, abstracts, sisters, versions = (
        second[kind == k] for k in range(8)
    )
    for rows in (parts, errata, again, replies, sisters, versions):
        for name in ("author_count", "author_seed", "title"):
            work[name][rows] = work[name][rows - 1]
    for rows in (parts, errata, replies, abstracts, editorials):
        for name in ("journal", "year"):
            work[name][rows] = work[name][rows - 1]
    _retitle(work, parts - 1, lambda t: t + ". Part I")
    _retitle(work, parts, lambda t: t.removesuffix(". Part I") + ". Part II")
    work["first"][parts] = work["first"][parts - 1] + work["length"][parts - 1] + 1
    work["issue"][parts] = work["issue"][parts - 1]
    _retitle(work, errata, lambda t: "Erratum to: " + t)
    _retitle(work, replies, lambda t: "Reply to: " + t)
    work["author_seed"][replies] += 1
    work["length"][errata] = 0
    work["year"][again] = work["year"][again - 1] - 2
    work["journal"][again] = work["journal"][again - 1]
    drawn = _zipf(rng, np.array(_GENERIC, dtype=object), len(editorials))
    work["title"][editorials - 1] = work["title"][editorials] = drawn
    work["issue"][editorials] = work["issue"][editorials - 1]
    # Abstracts of a conference: numbers, one supplement, hardly a page.
    for rows in (abstracts - 1, abstracts):
        work["paging"][rows] = 2
        work["length"][rows] = 0
        work["has_doi"][rows] = False
        work["title"][rows] = np.array(
            [f"P{r % 900 + 1}: " for r in rows.tolist()], dtype=object
        ) + np.asarray(work["title"][rows], dtype=object)
    work["issue"][abstracts] = work["issue"][abstracts - 1]
    work["first"][abstracts] = work["first"][abstracts - 1]
    half = sisters[sisters % 4 == 1]
    work["journal"][half] = work["journal"][half - 1]
    changes = iter(rng.integers(0, 2**31, len(sisters)).tolist())
    _retitle(work, sisters, lambda t: _sister(t, next(changes)))
    # A conference paper and its article.
    work["type"][versions - 1], work["type"][versions] = "conference-paper", "article"
    work["year"][versions] = work["year"][versions - 1] + 1


def _retitle(work: Columns, rows: Ints, change: Callable[[str], str]) -> None:
    work["title"][rows] = np.array([change(t) for t in work["title"][rows].tolist()], dtype=object)


def _sister(title: str, drawn: int) -> str:
    """Give the title of another study of the same people: one thing is another."""
    words = title.split()
    place = [n for n, w in enumerate(words) if w in _NOUN_SET] or [len(words) - 1]
    other = [w for w in _NOUNS if w not in words]
    words[place[drawn % len(place)]] = other[drawn % len(other)]
    return " ".join(words)


_NOUN_SET = set(_NOUNS)


def _journals(rng: np.random.Generator, count: int) -> list[tuple[str, str, str, str]]:
    """Compose journals, each as its name, abbreviated, with & and a subtitle, and in small letters."""
    made: dict[str, None] = {}
    while len(made) < count:
        fields = [_FIELDS[i] for i in rng.permutation(len(_FIELDS))[: 1 + rng.integers(0, 3)]]
        topic = " and ".join(fields) if len(fields) < 3 else f"{fields[0]}, {fields[1]} and {fields[2]}"
        made[_JOURNALS[rng.integers(0, len(_JOURNALS))].format(topic)] = None
    return [(name, _abbreviated(name), _renamed(name, n), name.lower()) for n, name in enumerate(made)]


def _abbreviated(name: str) -> str:
    words: list[str] = [w for w in re.findall(r"\w+", name) if w.lower() not in _SMALL]
    if len(words) == 1:
        return words[0]
    return " ".join({"Journal": "J", "International": "Int", "American": "Am"}.get(w, w[:5]) for w in words)


def _renamed(name: str, n: int) -> str:
    return (name.replace(" and ", " & "), "The " + name, name + " (Online)", name)[n % 4]


# --- records ---------------------------------------------------------------------------------------------


def _describe(rng: np.random.Generator, work: Columns, truth: Ints) -> Columns:
    """Let sources describe works: the columns of the records, and which faults they were given."""
    n = len(truth)
    style = rng.integers(0, 4, n)
    # Who describes a work once more is another source, as far as there are as many.
    order = np.argsort(truth, kind="stable")
    first = np.r_[True, truth[order][1:] != truth[order][:-1]]
    start = np.maximum.accumulate(np.where(first, np.arange(n), 0))
    style[order] = (style[order][start] + np.arange(n) - start) % 4
    again = np.empty(n, bool)
    again[order] = ~first
    records: Columns = {"style": style, "again": again, "faults": np.full(n, "", dtype=object)}
    records["title"] = _styled_titles(work["title"][truth], style)
    records["authors"] = _styled_authors(rng, work, truth, records)
    names = np.array(work["journals"], dtype=object)
    records["venue"] = names[work["journal"][truth], np.array([1, 0, 2, 0])[style]]
    records["year"] = np.array(work["year"][truth].astype(str), dtype=object)
    records["volume"] = np.array(work["volume"][truth].astype(str), dtype=object)
    # Some journals have volumes only.
    unnumbered = work["journal"][truth] % 5 == 0
    records["issue"] = np.where(unnumbered, "", work["issue"][truth].astype(str).astype(object))
    records["pages"] = _styled_pages(work, truth, style)
    doi = "10." + (1_000 + work["journal"] % 8_000).astype(str).astype(object)
    doi = (
        doi
        + "/j."
        + work["year"].astype(str).astype(object)
        + "."
        + work["doi_number"].astype(str).astype(object)
    )
    stated = work["has_doi"][truth] & (rng.random(n) < np.array([0.85, 0.97, 0.85, 0.4])[style])
    records["doi"] = np.where(stated, doi[truth], "")
    records["type"] = np.where(rng.random(n) < 0.97, work["type"][truth], "")
    _lack(work, truth, records)
    _spoil(rng, records)
    return records


def _styled_titles(titles: Texts, style: Ints) -> Texts:
    def title_case(title: str) -> str:
        words = title.split(" ")
        return " ".join(w if w in _SMALL and i else w[:1].upper() + w[1:] for i, w in enumerate(words))

    out = titles.astype(object)
    for mask, change in (
        (style == PUBMED, lambda t: t if t.endswith("?") else t + "."),
        (style == PSYCHOLOGY, title_case),
    ):
        out[mask] = np.array([change(t) for t in out[mask].tolist()], dtype=object)
    return np.asarray(out, dtype=object)


def _people(work: Columns) -> tuple[list[tuple[str, str]], Ints, Ints]:
    """Give all authors of all works as (family, given), and where those of each work begin and end."""
    families = [
        a + b + c for a, b, c in itertools.product(_FIRST_SYLLABLES, _MIDDLE_SYLLABLES, _LAST_SYLLABLES)
    ]
    shuffled = np.random.default_rng(1).permutation(len(families))
    names = [*_COMMON_FAMILIES, *(families[i] for i in shuffled)]
    end = np.cumsum(work["author_count"])
    start = end - work["author_count"]
    # A number for each author, made of the work's own and of the author's place: mixed as splitmix64 does.
    place = np.arange(end[-1]) - np.repeat(start, work["author_count"])
    mixed = np.repeat(work["author_seed"], work["author_count"]).astype(np.uint64)
    mixed += place.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    share = (mixed >> np.uint64(20)).astype(float) / 2.0**44
    family = (len(names) * share**2).astype(np.int64)
    given = ((mixed & np.uint64(0xFFFF)) % np.uint64(len(_GIVEN))).astype(np.int64).tolist()
    middle = ((mixed & np.uint64(0x3FF0000)) >> np.uint64(16)).astype(np.int64).tolist()
    people = [
        (names[f], _GIVEN[g] + (f" {chr(65 + m % 26)}." if m < 512 else ""))
        for f, g, m in zip(family.tolist(), given, middle, strict=True)
    ]
    return people, start, end


def _initials(given: str, stop: str) -> str:
    return "".join(part[0] + stop for part in given.replace(".", "").split())


def _styled_authors(rng: np.random.Generator, work: Columns, truth: Ints, records: Columns) -> Texts:
    people, start, end = _people(work)
    spelled: list[list[str]] = [
        [f"{f}, {' '.join(_initials(g, '.'))}".replace(" .", ".") for f, g in people],
        [f"{f}, {_initials(g, '.')}" for f, g in people],
        [f"{f}, {g}" for f, g in people],
        [f"{f}, {_initials(g, '')}" for f, g in people],
    ]
    draw = rng.random(len(truth))
    out, faults = [], records["faults"]
    pieces = zip(
        start[truth].tolist(), end[truth].tolist(), records["style"].tolist(), draw.tolist(), strict=True
    )
    for n, (first, last, style, drawn) in enumerate(pieces):
        if drawn > 0.06 or not records["again"][n]:
            out.append("; ".join(spelled[style][first:last]))
            continue
        text, fault = _odd_authors(people[first:last], spelled[style][first:last], drawn / 0.06)
        faults[n] += fault
        out.append(text)
    return np.array(out, dtype=object)


def _odd_authors(people: list[tuple[str, str]], usual: list[str], drawn: float) -> tuple[str, str]:
    """Spell authors as some exports do, and say how."""
    if drawn < 0.30 and len(usual) > 3:
        return "; ".join(usual[:3]), "fewer authors; "
    if drawn < 0.45 and len(usual) > 1:
        return usual[0] + " et al.", "et al.; "
    if drawn < 0.60:
        return "; ".join(f"{g} {f}" for f, g in people), "given names first; "
    if drawn < 0.75:
        return ", ".join(f"{f} {_initials(g, '')}" for f, g in people), "names parted by commas; "
    if drawn < 0.82:
        return "; ".join(f"{g}, {f}" for f, g in people), "names swapped; "
    if drawn < 0.90 and len(usual) > 2:
        return "; ".join([*usual[1:], usual[0]]), "authors in another order; "
    return "", "authors missing; "


def _styled_pages(work: Columns, truth: Ints, style: Ints) -> Texts:
    first, last = work["first"], work["first"] + work["length"]
    long, short = [], []
    for a, b, paging in zip(first.tolist(), last.tolist(), work["paging"].tolist(), strict=True):
        letter = ("", "e", "S", "")[paging]
        if paging == 3:
            long.append("")
            short.append("")
        elif paging == 1 or a == b:
            long.append(f"{letter}{a}")
            short.append(f"{letter}{a}")
        else:
            long.append(f"{letter}{a}-{letter}{b}")
            short.append(f"{letter}{a}-{_short_end(str(a), str(b))}")
    chosen = np.where(
        style == PUBMED, np.array(short, dtype=object)[truth], np.array(long, dtype=object)[truth]
    )
    return np.asarray(chosen, dtype=object)


def _short_end(first: str, last: str) -> str:
    """Give the last page as PubMed writes it: 1297-306."""
    if len(first) != len(last):
        return last
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=True)) if a != b), len(last) - 1)
    return last[same:]


def _lack(work: Columns, truth: Ints, records: Columns) -> None:
    """Take from all records of some works what nobody states of them."""
    fault = work["fault"][truth]
    for low, high, name in (
        (0.00, 0.010, "authors"), (0.010, 0.016, "year"), (0.016, 0.028, "venue"), (0.028, 0.05, "volume"),
    ):  # fmt: skip
        records[name][(fault >= low) & (fault < high)] = ""


# What befalls the record of a work that another source describes too: how often, in which column, how.
_FAULTS: tuple[tuple[str, float, str, Callable[[str, int], str]], ...] = (
    ("title in capitals", 0.015, "title", lambda t, _: t.upper()),
    ("subtitle cut", 0.05, "title", lambda t, _: _main_title(t)),
    ("title truncated", 0.006, "title", lambda t, k: t[: 60 + k % 40].rstrip() if len(t) > 100 else t),
    ("one letter", 0.025, "title", lambda t, k: _misspelled(t, k)),
    ("two letters", 0.004, "title", lambda t, k: _misspelled(_misspelled(t, k), k // 7)),
    ("word dropped", 0.003, "title", lambda t, k: _without_a_word(t, k)),
    ("markup", 0.008, "title", lambda t, k: _marked_up(t, k)),
    ("& for and", 0.15, "title", lambda t, _: t.replace(" and ", " &amp; ")),
    ("punctuation", 0.08, "title", lambda t, _: t.replace(": ", " - ").replace("-based", " based")),
    ("bracketed", 0.004, "title", lambda t, _: f"[{t.rstrip('.')}]."),
    ("language named", 0.003, "title", lambda t, _: t.rstrip(".") + ". [Chinese]"),
    ("accents lost", 0.35, "authors", lambda t, _: _without_accents(t)),
    ("accents broken", 0.015, "authors", lambda t, _: re.sub(r"[^\x00-\x7f]", "?", t)),
    ("name misspelled", 0.01, "authors", lambda t, k: _misspelled(t, k)),
    ("journal in small letters", 0.03, "venue", lambda t, _: t.lower()),
    ("subtitle of the journal", 0.03, "venue", lambda t, _: t and t + " : official journal of the society"),
    ("journal missing", 0.004, "venue", lambda t, _: ""),
    ("issue missing", 0.03, "issue", lambda t, _: ""),
    ("supplement named", 0.01, "issue", lambda t, _: t and t + " Suppl"),
    ("volume missing", 0.01, "volume", lambda t, _: ""),
    ("pages missing", 0.04, "pages", lambda t, _: ""),
    ("first page only", 0.012, "pages", lambda t, _: t.split("-")[0]),
    ("double hyphen", 0.10, "pages", lambda t, _: t.replace("-", "--")),
    ("wrong page", 0.004, "pages", lambda t, k: re.sub(r"\d(?=\D|$)", str(k % 10), t, count=1)),
    ("year off by one", 0.008, "year", lambda t, k: t and str(int(t) + (1 if k % 2 else -1))),
    ("year missing", 0.003, "year", lambda t, _: ""),
    ("DOI with resolver", 0.05, "doi", lambda t, _: t and "https://doi.org/" + t),
    ("DOI in capitals", 0.02, "doi", lambda t, _: t.upper()),
    ("DOI missing", 0.08, "doi", lambda t, _: ""),
)  # fmt: skip


def _spoil(rng: np.random.Generator, records: Columns) -> None:
    again = np.flatnonzero(records["again"])
    for name, share, column, change in _FAULTS:
        rows = again[rng.random(len(again)) < share]
        drawn = rng.integers(0, 2**31, len(rows)).tolist()
        old = records[column][rows].tolist()
        new = [change(text, k) for text, k in zip(old, drawn, strict=True)]
        told = [f"{name}; " if a != b else "" for a, b in zip(old, new, strict=True)]
        records[column][rows] = np.array(new, dtype=object)
        records["faults"][rows] = records["faults"][rows] + np.array(told, dtype=object)


def _main_title(text: str) -> str:
    main = text.split(": ")[0]
    # Without its number a part would be anyone's guess.
    return main if len(main.split()) > 3 and ". Part " not in text else text


def _misspelled(text: str, drawn: int) -> str:
    """Drop, double, change or swap one letter that is not the first of its word."""
    places = [m.start() for m in re.finditer(r"(?<=[a-z])[a-z](?=[a-z])", text)]
    if not places:
        return text
    at = places[drawn // 4 % len(places)]
    letter = text[at]
    other = ("", letter * 2, "abcdefghijklmnopqrstuvwxyz"[drawn // 64 % 26], text[at + 1] + letter)[drawn % 4]
    return text[:at] + other + text[at + 1 + (drawn % 4 == 3) :]


def _without_a_word(text: str, drawn: int) -> str:
    words = text.split()
    at = 1 + drawn % (len(words) - 1) if len(words) > 5 else len(words)
    return " ".join(words[:at] + words[at + 1 :])


def _marked_up(text: str, drawn: int) -> str:
    words = text.split()
    at = drawn % len(words)
    words[at] = f"<i>{words[at]}</i>"
    return " ".join(words)


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("Ł", "L").replace("ł", "l"))
    return "".join(c for c in text if not unicodedata.combining(c))


def _frame(records: Columns) -> pd.DataFrame:
    n = len(records["title"])
    frame = pd.DataFrame({name: np.full(n, "", dtype=object) for name in COLUMNS}).astype("str")
    frame["record_id"] = [f"invented:{number:07d}" for number in range(n)]
    frame["source"] = _SOURCES[records["style"]]
    frame["kind"] = "database"
    for name in ("title", "authors", "year", "venue", "volume", "issue", "pages", "doi", "type"):
        frame[name] = records[name]
    frame["note"] = [text.removesuffix("; ") for text in records["faults"].tolist()]
    return as_typed(frame)
