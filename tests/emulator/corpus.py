"""Invented works, and how each index would write them down. No person, journal or title is real."""

from __future__ import annotations

import hashlib
import html
import random
import zlib
from typing import Any

Work = dict[str, Any]

_CORE = (
    "micro-credential|micro-credentials|microcredential|microcredentials|micro credentials|"
    "micro\u2011credentials|Micro-Credentialing|microcredentialed courses|digital badge|digital badges|"
    "open badges|Nano-degrees|alternative credentials|stackable credentials|MOOC certificates|"
    "short learning programmes|badging|credentialing|non-degree credentials"
).split("|")
_DISTRACTORS = (
    "microscopy|microbial growth|microplastics|credit scores|credentials theft|school badgers|"
    "accreditation bodies|credence goods|micro-teaching|macro-economics|degree days|soil chemistry|"
    "waiting times|bridge vibration|credible threats|digital twins|C++ templates|open-pit mining"
).split("|")
_SETTINGS = (
    "higher education|teacher education|vocational training|nursing education|K-12 schools|adult learning|"
    "workplace learning|primary schools|further education|universities|a teachers' college|"
    "continuing professional development|engineering faculties|the public sector|rural communities"
).split("|")
_ASPECTS = (
    "learner motivation|employability|recognition of prior learning|quality assurance|assessment|"
    "self-regulated learning|lifelong learning|students' engagement|labour-market outcomes|COVID-19|"
    "e-learning|co-design|learning analytics|equity and access|curriculum development|policy|trust|"
    "cost-benefit analysis|dropout rates|employers' views|blockchain|gamification|skills gaps|"
    "21st-century skills"
).split("|")
_METHODS = (
    "a systematic review|a scoping review|a case study|a survey of {n} learners|a mixed-methods study|"
    "a Delphi study|an interview study|a quasi-experiment|a randomised controlled trial|a document analysis"
).split("|")
_TITLES = (
    "{topic} in {setting}: {method}",
    "Evidence from {place}: {topic} and {aspect}",
    '"{topic}" or not? {aspect} in {setting}',
    "The role of {aspect} in {topic}",
    "{topic}, {aspect} & {other} in {place}",
    "{topic}: {setting} &amp; {other} in {place}",
    "Can {topic} change {aspect}? Results of {method} in {place}",
    "Teachers' views on {topic}: what {setting} in {place} can learn",
    "{aspect}: <i>{topic}</i> revisited",
    "From {aspect} to {other}: {topic} in {setting}",
)
_SENTENCES = (
    "This study looks at {topic} in {setting}.",
    "We asked {n} learners from {place} about {aspect} and {other}.",
    "Background: {aspect} is often named when {topic} are discussed.",
    "The results show that {topic} had a small effect on {aspect} (p < 0.0{n}).",
    "It was not possible to find any influence of {other}; {aspect} mattered more.",
    "Interviews with staff in {setting} point to {other} as a hindrance.",
    "Methods: {method} was carried out between two terms, following an agreed protocol.",
    "Implications for policy, practice and further research in {place} are discussed.",
    "Of the participants, {n}% would recommend {topic} to a friend.",
    "Learners\u2019 own accounts of {aspect} differ from those of their employers.",
)
# (language, title, abstract, keyword), for works in other languages and scripts
_FOREIGN = (
    (
        "ru",
        "Микроквалификации в высшей школе: опыт {place}",
        "В статье рассматриваются микроквалификации.",
        "образование",
    ),
    (
        "el",
        "Μικροδιαπιστευτήρια στην ανώτατη εκπαίδευση: {place}",
        "Η μελέτη εξετάζει τη δια βίου μάθηση.",
        "εκπαίδευση",
    ),
    ("zh", "微证书与终身学习研究 {place}", "本文讨论微证书在高等教育中的作用。", "微证书"),
    (
        "ja",
        "マイクロクレデンシャルの活用 {place}",
        "本研究では高等教育における活用を検討する。",
        "高等教育",
    ),
    (
        "ar",
        "الشهادات المصغرة في التعليم العالي {place}",
        "تتناول هذه الدراسة التعلم مدى الحياة.",
        "التعليم",
    ),
    ("ko", "마이크로 자격증과 평생교육 {place}", "이 연구는 평생교육을 다룬다.", "평생교육"),
    (
        "hi",
        "उच्च शिक्षा में सूक्ष्म प्रमाणपत्र {place}",
        "यह अध्ययन आजीवन सीखने पर केंद्रित है।",
        "शिक्षा",
    ),
    (
        "es",
        "Microcredenciales y educación superior en {place}",
        "El estudio analiza la acreditación y la formación.",
        "educación",
    ),
    (
        "pt",
        "Microcredenciais na formação de professores: {place}",
        "O estudo discute avaliação e inclusão.",
        "formação",
    ),
    (
        "de",
        "Micro-Credentials an Hochschulen: Größe und Wirkung in {place}",
        "Die Studie prüft Übergänge und Abschlüsse.",
        "Hochschule",
    ),
    (
        "fr",
        "Micro-certifications et formation à l\u2019université : {place}",
        "L\u2019étude porte sur l\u2019évaluation des acquis.",
        "université",
    ),
)
_GIVEN = "Tavo Mirel Senka Oru Brannic Ilvë Dašo Çelin Ødvar Żyra Nuélo Péteri Anouk-Li Ma. Renn".split()
_FAMILY = (
    "Kestovar|Ulmbrecht|Da Sorvelo|O'Brannig|Łuvenko|Šarimsky|van der Quell|Thórvik|N\u2019Golessa|Ayşorlu|"
    "Belmarés|Xu-Ferrold|Vantongeri|Mc Ellory|Ørbakke|Quispelli"
).split("|")
_PLACES = "Kesvora|Nordhavia|Tamberlain|Upper Ostrel|San Velquez|Zhaliport|Mirwick|Ban Thoreng".split("|")
_COUNTRIES = "NO BR KE CN DE IN US TR MX ZA AU EE".split()
_VENUES = (
    ("Kesvora Journal of Credentialed Learning", "9901-0016", "EE", "Kesvora University Press"),
    ("Annals of Badge & Certificate Studies", "9901-0024", "US", "Tamberlain Scholarly"),
    ("International Review of Invented Pedagogy", "9901-0032", "GB", "Mirwick House"),
    ("Revista Velquez de Educación", "9901-0040", "BR", "Universidade de San Velquez"),
    ("Nordhavian Quarterly for Adult Learning", "9901-0059", "NO", "Nordhavia Open Press"),
    ("Proceedings of the Ostrel Conference on e-Learning", "9901-0067", "DE", "Ostrel Society"),
    ("Micro Matters", "9901-0075", "TR", "Thoreng Institute"),
    ("Zhaliport Letters in Technology", "9901-0083", "CN", "Zhaliport Press"),
)
_TYPES = (
    ["article"] * 15
    + ["review"] * 4
    + "editorial book-chapter book dissertation preprint report letter conference-paper".split()
)

_BLANK: Work = {
    "id": 0,
    "title": "",
    "abstract": "",
    "keywords": [],
    "authors": [],
    "year": 2020,
    "date": "2020",
    "venue": "",
    "issn": "",
    "volume": "",
    "issue": "",
    "first_page": "",
    "last_page": "",
    "doi": "",
    "type": "article",
    "language": "en",
    "peer_reviewed": True,
    "oa": "closed",
    "retracted": False,
    "sources": ["openalex", "eric", "doaj", "europepmc", "semantic_scholar"],
    "created": "2020-04-19T12:10:11Z",
}


def make_work(number: int, title: str, **facts: Any) -> Work:
    """Make one work by hand: everything not given is blank; a year alone also sets date and created."""
    year = facts.get("year", 2020)
    dates = {"year": year, "date": f"{year}-05-01", "created": f"{year}-06-19T12:10:11Z"}
    return _BLANK | {"keywords": [], "authors": []} | dates | facts | {"id": number, "title": title}


def make_corpus(n: int, seed: int, years: tuple[int, int] = (2015, 2022)) -> list[Work]:
    """Invent `n` works. A longer corpus of the same seed begins with the shorter one."""
    chance = random.Random(seed)
    return [_invent(number, chance, years) for number in range(1, n + 1)]


def _invent(number: int, chance: random.Random, years: tuple[int, int]) -> Work:
    pick = chance.choice
    parts = {
        "topic": pick(_CORE if chance.random() < 0.4 else _DISTRACTORS),
        "setting": pick(_SETTINGS),
        "aspect": pick(_ASPECTS),
        "other": pick(_ASPECTS),
        "place": pick(_PLACES),
        "n": chance.randint(11, 94),
    }
    parts["method"] = pick(_METHODS).format(**parts)
    title = pick(_TITLES).format(**parts)
    abstract = " ".join(chance.sample(_SENTENCES, chance.randint(4, 9))).format(**parts)
    keywords = chance.sample(
        (parts["topic"], parts["setting"], parts["aspect"], parts["other"]), pick((0, 2, 3, 4))
    )
    language: str | None = "en"
    if chance.random() < 0.08:
        language, title, abstract, keyword = pick(_FOREIGN)
        title, keywords = title.format(**parts), [*keywords, keyword]
    title = title[:1].upper() + title[1:]
    year = chance.randint(*years)
    month, day = chance.randint(1, 12), chance.randint(1, 28)
    date = (f"{year}-{month:02}-{day:02}", f"{year}-{month:02}", f"{year}")[pick((0, 0, 0, 1, 2))]
    venue, issn, *_ = pick(_VENUES)
    first = chance.randint(1, 400)
    kind = pick(_TYPES)
    work = _BLANK | {
        "id": number,
        "title": title,
        "abstract": abstract if chance.random() > 0.12 else "",
        "keywords": list(dict.fromkeys(keywords)),
        "authors": [_person(chance) for _ in range(pick((0, 1, 1, 2, 2, 3, 4, 7)))],
        "year": year,
        "date": date,
        "venue": venue if chance.random() > 0.04 else "",
        "issn": issn if chance.random() > 0.1 else "",
        "volume": str(year - 1990) if chance.random() > 0.1 else "",
        "issue": pick(("1", "2", "3-4", "Suppl. 1", "")),
        "first_page": str(first) if chance.random() > 0.2 else "",
        "last_page": str(first + 17) if chance.random() > 0.4 else "",
        "doi": f"10.5555/Kesv.{year}.{number:06}" if chance.random() > 0.1 else "",
        "type": kind,
        "language": language if chance.random() > 0.02 else None,
        "peer_reviewed": kind in ("article", "review") and chance.random() > 0.1,
        "oa": pick(("gold", "closed", "green", "hybrid", "bronze")),
        "retracted": chance.random() < 0.01,
        "sources": _sources(kind, chance),
        "created": f"{year + pick((0, 0, 1))}-{month:02}-{day:02}T{number % 24:02}:{number % 60:02}:11Z",
    }
    if work["abstract"] and chance.random() < 0.06:
        work["abstract_hidden"] = True
    work = _as_doaj_wants(work)
    # Without drawing, so that all else of the corpus stays as it was before there were these two.
    shares = {"europepmc": 40, "semantic_scholar": 70}
    more = [source for source, share in shares.items() if _stable(f"{source} {number}", 100) < share]
    return work | {"sources": [*work["sources"], *more]}


def _as_doaj_wants(work: Work) -> Work:
    """Leave in DOAJ only what can be there: articles of open, reviewed journals with name and ISSN."""
    if "doaj" in work["sources"]:
        if work["venue"] and work["issn"]:
            work |= {"oa": "gold", "peer_reviewed": True}
        else:
            work["sources"] = [name for name in work["sources"] if name != "doaj"] or ["openalex"]
    return work


def _person(chance: random.Random) -> dict[str, str]:
    place = chance.choice(_PLACES)
    known = chance.random() > 0.15
    return {
        "family": chance.choice(_FAMILY),
        "given": chance.choice(_GIVEN),
        "affiliation": f"Department of Learning, University of {place}" if known else "",
        "country": chance.choice(_COUNTRIES) if known else "",
    }


def _sources(kind: str, chance: random.Random) -> list[str]:
    shares = {
        "openalex": 0.9,
        "eric": 0.45,
        "doaj": 0.35 if kind in ("article", "review", "editorial") else 0,
    }
    return [source for source, share in shares.items() if chance.random() < share] or ["openalex"]


def record_id(source: str, work: Work) -> str:
    """Give the id a work has in an index."""
    number = work["id"]
    if source == "openalex":
        return f"https://openalex.org/W{4_200_000_000 + number}"
    if source == "eric":
        return f"{'EJ' if _in_journal(work) else 'ED'}{1_300_000 + number}"
    if source == "europepmc":
        return f"PPR/PPR{900_000 + number}" if work["type"] == "preprint" else f"MED/{90_000_000 + number}"
    if source == "semantic_scholar":
        return hashlib.sha1(f"paper {number}".encode(), usedforsecurity=False).hexdigest()
    if source in ("crossref", "unpaywall"):
        return registered_doi(source, work)
    return hashlib.md5(f"doaj {number}".encode(), usedforsecurity=False).hexdigest()


def registered_doi(source: str, work: Work) -> str:
    """Give the DOI under which Crossref or Unpaywall knows a work; "" if it doesn't.

    It is the work's own. A work without one that names the index in its `sources` gets a DOI that no other
    index has; one that names the index in `absent` isn't known there, whatever DOI it has.
    """
    if source in work.get("absent", ()):
        return ""
    if work["doi"]:
        return str(work["doi"]).lower()
    return f"10.5555/registered.{work['id']:06}" if source in work["sources"] else ""


def id_in(source: str, record: dict[str, Any]) -> Any:
    """Give the id that a record states, as `record_id` gives it."""
    if source == "europepmc":
        return f"{record.get('source')}/{record.get('id')}"
    return record.get("paperId" if source == "semantic_scholar" else "id")


def _in_journal(work: Work) -> bool:
    return work["type"] in ("article", "review", "editorial", "letter")


def _stable(text: str, size: int = 10**9) -> int:
    """Turn a text into a number, the same in each run."""
    return zlib.crc32(text.encode()) % size


def _venue(work: Work) -> tuple[str, str, str, str]:
    known = {name: (name, issn, country, publisher) for name, issn, country, publisher in _VENUES}
    return known.get(work["venue"], (work["venue"], work["issn"], "GB", "Mirwick House"))


def full_name(author: dict[str, str]) -> str:
    """Write a name with the given name first."""
    return f"{author['given']} {author['family']}".strip()


# --- OpenAlex ---------------------------------------------------------------------------------------

_LICENCES = {"gold": "cc-by", "hybrid": "cc-by-nc-nd", "green": None, "bronze": None, "closed": None}
_FIELD = {"id": "https://openalex.org/fields/33", "display_name": "Social Sciences"}
_DOMAIN = {"id": "https://openalex.org/domains/2", "display_name": "Social Sciences"}
_SUBFIELD = {"id": "https://openalex.org/subfields/3304", "display_name": "Education"}


def openalex_date(work: Work) -> str:
    """Give the full date OpenAlex makes of any date: its first day."""
    date = work["date"] or str(work["year"])
    return (date + "-01-01")[:10] if len(date) == 4 else (date + "-01")[:10]


def openalex_record(work: Work) -> dict[str, Any]:
    """Write a work as OpenAlex would."""
    number, doi = work["id"], f"https://doi.org/{work['doi'].lower()}" if work["doi"] else None
    is_open = work["oa"] != "closed"
    place = _openalex_place(work, doi)
    topics = [_topic(word, rank) for rank, word in enumerate(work["keywords"][:3])]
    people = work["authors"][:100]
    references = _openalex_references(work)
    updated = f"{work['created'][:10]}T08:15:00.000000"
    return {
        "id": record_id("openalex", work),
        "doi": doi,
        "title": work["title"],
        "display_name": work["title"],
        "publication_year": work["year"],
        "publication_date": openalex_date(work),
        "ids": {"openalex": record_id("openalex", work)} | ({"doi": doi} if doi else {}),
        "language": work["language"],
        "primary_location": place,
        "type": work["type"],
        "indexed_in": ["crossref"] if doi else [],
        "open_access": {
            "is_oa": is_open,
            "oa_status": work["oa"],
            "oa_url": place["landing_page_url"] if is_open else None,
            "any_repository_has_fulltext": work["oa"] == "green",
        },
        "authorships": [_authorship(author, rank, len(people)) for rank, author in enumerate(people)],
        "countries_distinct_count": len({author["country"] for author in people} - {""}),
        "institutions_distinct_count": len({author["affiliation"] for author in people} - {""}),
        "has_fulltext": False,
        "cited_by_count": number * 7 % 90,
        "biblio": {key: work[key] or None for key in ("volume", "issue", "first_page", "last_page")},
        "is_retracted": work["retracted"],
        "is_paratext": False,
        "primary_topic": topics[0] if topics else None,
        "topics": topics,
        "keywords": [
            {
                "id": f"https://openalex.org/keywords/{word.lower().replace(' ', '-')}",
                "display_name": word,
                "score": 0.5 + _stable(word, 499) / 1000,
            }
            for word in work["keywords"]
        ],
        "locations_count": 1,
        "locations": [place],
        "best_oa_location": place if is_open else None,
        "referenced_works_count": len(references),
        "referenced_works": references,
        "related_works": [],
        "abstract_inverted_index": None if work.get("abstract_hidden") else _inverted(work["abstract"]),
        "counts_by_year": [{"year": work["year"] + 1, "cited_by_count": number * 7 % 90}],
        "updated_date": updated,
        "created_date": work["created"][:10],
    }


def _openalex_references(work: Work) -> list[str]:
    """Give the ids of the works named by `references`; without it, of some outside the corpus."""
    number = work["id"]
    if "references" in work:
        return [record_id("openalex", {"id": other}) for other in work["references"]]
    return [f"https://openalex.org/W{4_100_000_000 + number + i}" for i in range(number % 3)]


def _openalex_place(work: Work, doi: str | None) -> dict[str, Any]:
    name, issn, _, publisher = _venue(work)
    house = f"https://openalex.org/P{4_310_000_000 + _stable(publisher, 10**6)}"
    is_open, licence = work["oa"] != "closed", _LICENCES.get(work["oa"])
    source = {
        "id": f"https://openalex.org/S{_stable(name)}",
        "display_name": name,
        "issn_l": work["issn"] or None,
        "issn": [work["issn"]] if work["issn"] else None,
        "is_oa": work["oa"] == "gold",
        "is_in_doaj": "doaj" in work["sources"],
        "host_organization": house,
        "host_organization_name": publisher,
        "host_organization_lineage": [house],
        "host_organization_lineage_names": [publisher],
        "type": "journal" if issn else "conference",
    }
    page = doi or f"https://kesvora.example/item/{work['id']}"
    return {
        "is_oa": is_open,
        "landing_page_url": page,
        "pdf_url": f"https://kesvora.example/pdf/{work['id']}.pdf" if is_open and work["id"] % 2 else None,
        "source": source if name else None,
        "license": licence,
        "license_id": f"https://openalex.org/licenses/{licence}" if licence else None,
        "version": "publishedVersion",
        "is_accepted": True,
        "is_published": True,
    }


def _authorship(author: dict[str, str], rank: int, of: int) -> dict[str, Any]:
    name, place, country = full_name(author), author["affiliation"], author["country"]
    mark = _stable(place)
    institution = {
        "id": f"https://openalex.org/I{mark}",
        "display_name": place.rpartition(", ")[2],
        "ror": f"https://ror.org/0{mark % 10**6:06}00",
        "country_code": country,
        "type": "education",
        "lineage": [f"https://openalex.org/I{mark}"],
    }
    return {
        "author_position": "first" if rank == 0 else "last" if rank == of - 1 else "middle",
        "author": {
            "id": f"https://openalex.org/A{5_000_000_000 + _stable(name, 10**8)}",
            "display_name": name,
            "orcid": None,
        },
        "institutions": [institution] if place and country else [],
        "countries": [country] if country else [],
        "is_corresponding": rank == 0,
        "raw_author_name": name,
        "raw_affiliation_strings": [place] if place else [],
    }


def _topic(word: str, rank: int) -> dict[str, Any]:
    return {
        "id": f"https://openalex.org/T{10_000 + _stable(word, 3000)}",
        "display_name": f"Studies of {word}",
        "score": 0.9876 - rank / 10,
        "subfield": _SUBFIELD,
        "field": _FIELD,
        "domain": _DOMAIN,
    }


def _inverted(abstract: str) -> dict[str, list[int]] | None:
    places: dict[str, list[int]] = {}
    for place, word in enumerate(abstract.split()):
        places.setdefault(word, []).append(place)
    return places or None


# --- ERIC -------------------------------------------------------------------------------------------

_ERIC_TYPES = {
    "article": ["Journal Articles", "Reports - Research"],
    "review": ["Journal Articles", "Information Analyses"],
    "editorial": ["Journal Articles", "Opinion Papers"],
    "letter": ["Journal Articles", "Opinion Papers"],
    "book": ["Books"],
    "dissertation": ["Dissertations/Theses - Doctoral Dissertations"],
    "conference-paper": ["Speeches/Meeting Papers", "Reports - Research"],
}
LANGUAGES = {
    "en": "English",
    "ru": "Russian",
    "el": "Greek",
    "zh": "Chinese",
    "ja": "Japanese",
    "ar": "Arabic",
    "ko": "Korean",
    "hi": "Hindi",
    "es": "Spanish",
    "pt": "Portuguese",
    "de": "German",
    "fr": "French",
}


def eric_record(work: Work) -> dict[str, Any]:
    """Write all that ERIC knows of a work; what it does not know is not there."""
    language = LANGUAGES.get(work["language"] or "")
    record = {
        "id": record_id("eric", work),
        # The recorded replies have entities in titles (not everywhere, and not in abstracts).
        "title": html.escape(html.unescape(work["title"]), quote=False)
        .replace('"', "&quot;")
        .replace("'", "&apos;"),
        "author": [", ".join(filter(None, (a["family"], a["given"]))) for a in work["authors"]],
        "description": work["abstract"],
        "subject": eric_subjects(work),
        "publicationtype": _ERIC_TYPES.get(work["type"], ["Reports - Descriptive"]),
        "publicationdateyear": work["year"],
        "language": [language] if language else [],
        "issn": [f"{'EISSN' if work['id'] % 2 else 'ISSN'}-{work['issn']}"] if work["issn"] else [],
        "publisher": f"{_venue(work)[3]}. Tel: 555-0100; Web site: https://kesvora.example",
        "peerreviewed": "T" if work["peer_reviewed"] else "F",
        "source": work["venue"],
        "url": f"http://dx.doi.org/{work['doi']}" if work["doi"] and work["id"] % 4 else "",
        "e_fulltextauth": int(work["oa"] != "closed"),
        "educationlevel": ["Higher Education", "Postsecondary Education"] if work["id"] % 3 else [],
    }
    return {key: value for key, value in record.items() if value not in ("", [], None)}


def eric_subjects(work: Work) -> list[str]:
    """Give ERIC's descriptors: the keywords, with capitals."""
    return [word[:1].upper() + word[1:] for word in work["keywords"]]


# --- DOAJ -------------------------------------------------------------------------------------------


def doaj_record(work: Work) -> dict[str, Any]:
    """Write a work as DOAJ would; what it does not know is not there."""
    name, _, country, publisher = _venue(work)
    journal = {
        "volume": work["volume"],
        "number": work["issue"],
        "country": country,
        "license": [
            {"open_access": True, "title": "CC BY", "type": "CC BY", "url": "https://kesvora.example/licence"}
        ],
        "issns": [work["issn"]] if work["issn"] else [],
        "publisher": publisher,
        "language": [(work["language"] or "en").upper()],
        "title": name,
    }
    identifiers = [{"id": work["doi"], "type": "doi"}, {"id": work["issn"], "type": "eissn"}]
    bibjson = {
        "identifier": [identifier for identifier in identifiers if identifier["id"]],
        "journal": {key: value for key, value in journal.items() if value != ""},
        "month": work["date"][5:7].lstrip("0"),
        "end_page": work["last_page"],
        "keywords": work["keywords"],
        "year": str(work["year"]),
        "start_page": work["first_page"],
        "subject": [{"code": "L7-991", "scheme": "LCC", "term": "Education (General)"}],
        "author": [_doaj_author(author) for author in work["authors"]],
        "link": [
            {
                "content_type": "text/html",
                "type": "fulltext",
                "url": f"https://kesvora.example/article/{work['id']}",
            }
        ],
        "abstract": work["abstract"],
        "title": work["title"],
    }
    return {
        "last_updated": work["created"],
        "bibjson": {key: value for key, value in bibjson.items() if value not in ("", [])},
        "id": record_id("doaj", work),
        "created_date": work["created"],
    }


def _doaj_author(author: dict[str, str]) -> dict[str, str]:
    name = {"name": full_name(author)}
    return {"affiliation": author["affiliation"]} | name if author["affiliation"] else name


# --- Europe PMC -------------------------------------------------------------------------------------

_EUROPEPMC_TYPES = {
    "article": ["research-article", "Journal Article"],
    "review": ["Review", "Journal Article"],
    "editorial": ["Editorial"],
    "letter": ["Letter", "Comment"],
    "preprint": ["Preprint"],
    "book": ["Book"],
    "book-chapter": ["Book Chapter"],
    "dissertation": ["Thesis"],
}
_THREE_LETTERS = {
    "en": "eng", "ru": "rus", "el": "gre", "zh": "chi", "ja": "jpn", "ar": "ara", "ko": "kor", "hi": "hin",
    "es": "spa", "pt": "por", "de": "ger", "fr": "fre",
}  # fmt: skip
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def europepmc_record(work: Work) -> dict[str, Any]:
    """Write a work as Europe PMC would in full ("core"); what it does not know is not there.

    `online` is the day on which a work first came out, where that isn't the date of its issue.
    """
    collection, _, number = record_id("europepmc", work).partition("/")
    is_open = work["oa"] in ("gold", "hybrid")
    heading = "<h4>Background</h4>" if work["abstract"] and work["id"] % 2 else ""
    names = ", ".join(_with_initials(a) for a in work["authors"])
    record = {
        "id": number,
        "source": collection,
        "pmid": number if collection == "MED" else "",
        "pmcid": f"PMC{8_000_000 + work['id']}" if is_open else "",
        "doi": work["doi"].lower(),
        "title": f"{work['title']}.",
        "authorString": f"{names}." if names else "",
        "authorList": {"author": [_europepmc_author(a) for a in work["authors"]]} if names else {},
        "journalInfo": _europepmc_issue(work) if work["venue"] and collection == "MED" else {},
        "pubYear": str(work["year"]),
        "pageInfo": "-".join(filter(None, (work["first_page"], work["last_page"]))),
        "abstractText": heading + work["abstract"],
        "affiliation": work["authors"][0]["affiliation"] if work["authors"] else "",
        "language": _THREE_LETTERS.get(work["language"] or "", ""),
        "pubTypeList": {
            "pubType": [
                *_EUROPEPMC_TYPES.get(work["type"], ["Journal Article"]),
                *["Retracted Publication"] * work["retracted"],
            ]
        },
        "keywordList": {"keyword": work["keywords"]} if work["keywords"] else {},
        "meshHeadingList": {
            "meshHeading": [{"majorTopic_YN": "N", "descriptorName": word} for word in work["keywords"][:1]]
        }
        if work["keywords"]
        else {},
        "fullTextUrlList": {"fullTextUrl": _europepmc_links(work)} if work["oa"] != "closed" else {},
        "isOpenAccess": "Y" if is_open else "N",
        "inEPMC": "Y" if is_open else "N",
        "inPMC": "N",
        "hasPDF": "Y" if is_open else "N",
        "hasBook": "N",
        "hasSuppl": "N",
        "citedByCount": work["id"] * 7 % 90,
        "hasReferences": "N",
        "hasTextMinedTerms": "Y",
        "hasDbCrossReferences": "N",
        "hasLabsLinks": "N",
        "hasTMAccessionNumbers": "N",
        "firstIndexDate": work["created"][:10],
        "firstPublicationDate": work.get("online") or openalex_date(work),
    }
    return {key: value for key, value in record.items() if value not in ("", {})}


def _with_initials(author: dict[str, str]) -> str:
    return f"{author['family']} {author['given'][:1].upper()}".strip()


def _europepmc_author(author: dict[str, str]) -> dict[str, Any]:
    place, country = author["affiliation"], author["country"]
    told = f"{place}, {country}." if country else place
    addresses = {"authorAffiliation": [{"affiliation": told}]}
    return {
        "fullName": _with_initials(author),
        "firstName": author["given"],
        "lastName": author["family"],
        "initials": author["given"][:1].upper(),
    } | ({"authorAffiliationDetailsList": addresses} if place else {})


def _europepmc_issue(work: Work) -> dict[str, Any]:
    month = int(work["date"][5:7] or 0)
    name = _venue(work)[0]
    issue = {
        "issue": work["issue"],
        "volume": work["volume"],
        "journalIssueId": 3_000_000 + work["id"],
        "dateOfPublication": f"{work['year']} {_MONTHS[month - 1]}" if month else str(work["year"]),
        "monthOfPublication": month,
        "yearOfPublication": work["year"],
        "printPublicationDate": openalex_date(work),
        "journal": {"title": name, "medlineAbbreviation": name[:12]}
        | ({"issn": work["issn"]} if work["issn"] else {}),
    }
    return {key: value for key, value in issue.items() if value != ""}


def _europepmc_links(work: Work) -> list[dict[str, str]]:
    page = f"https://kesvora.example/item/{work['id']}"
    ways = [("S", "Subscription required", "doi"), ("F", "Free", "html"), ("F", "Free", "pdf")]
    return [
        {"availability": way, "availabilityCode": code, "documentStyle": style, "site": "Elsewhere",
         "url": f"{page}.{style}"}
        for code, way, style in ways
    ]  # fmt: skip


# --- Semantic Scholar -------------------------------------------------------------------------------

_PAPER_TYPES = {
    "article": ["JournalArticle"],
    "review": ["JournalArticle", "Review"],
    "editorial": ["Editorial"],
    "letter": ["LettersAndComments"],
    "book": ["Book"],
    "book-chapter": ["BookSection"],
    "conference-paper": ["Conference"],
}


def semantic_scholar_record(work: Work) -> dict[str, Any]:
    """Write a work with all fields that bulk search gives; what it does not know is null."""
    number = record_id("semantic_scholar", work)
    name = _venue(work)[0]
    pages = " - ".join(filter(None, (work["first_page"], work["last_page"])))
    known = {"DOI": work["doi"]} if work["doi"] else {}
    venue = {"id": f"venue-{_stable(name)}", "name": name, "type": "journal", "alternate_names": []}
    return {
        "paperId": number,
        "corpusId": 250_000_000 + work["id"],
        "externalIds": known | {"CorpusId": 250_000_000 + work["id"]},
        "url": f"https://www.semanticscholar.org/paper/{number}",
        "title": work["title"],
        "abstract": None if work.get("abstract_hidden") else work["abstract"] or None,
        "venue": name,
        "publicationVenue": venue | ({"issn": work["issn"]} if work["issn"] else {}) if name else None,
        "year": work["year"],
        "referenceCount": work["id"] % 40,
        "citationCount": work["id"] * 7 % 90,
        "influentialCitationCount": 0,
        "isOpenAccess": work["oa"] != "closed",
        "openAccessPdf": {
            "url": f"https://kesvora.example/pdf/{work['id']}.pdf" if work["oa"] != "closed" else "",
            "status": work["oa"].upper() if work["oa"] != "closed" else None,
            "license": None,
        },
        "fieldsOfStudy": None,
        "s2FieldsOfStudy": [{"category": "Education", "source": "s2-fos-model"}],
        "publicationTypes": _PAPER_TYPES.get(work["type"]),
        "publicationDate": openalex_date(work) if len(work["date"]) == 10 else None,
        "journal": {"name": name, "volume": work["volume"] or None, "pages": pages or None} if name else None,
        "citationStyles": {"bibtex": "@article{...}"},
        "authors": [
            {"authorId": str(_stable(full_name(author))), "name": full_name(author)}
            for author in work["authors"]
        ],
    }


RECORDS = {
    "openalex": openalex_record,
    "eric": eric_record,
    "doaj": doaj_record,
    "europepmc": europepmc_record,
    "semantic_scholar": semantic_scholar_record,
}
