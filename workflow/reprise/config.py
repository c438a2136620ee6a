"""The protocol as typed models: what `config/config.yaml` may say, and what is wrong where it errs.

The models know names, types and limits; `config/README.md` explains each key to people and a test
keeps the two in step.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from reprise.countries import is_country
from reprise.csvfiles import read_bytes
from reprise.mistakes import Mistake, did_you_mean
from reprise.records import CONTENT
from reprise.vocabulary import RULE_KEYS, STAGES, TYPES, RuleName, Stage

CONFIG = "config/config.yaml"

Kind = Literal["database", "register", "website", "organisation", "citation"]
LiveName = Literal["openalex", "eric", "doaj", "europepmc", "semantic_scholar"]
QueryField = Literal["title", "abstract", "keywords"]
# The first three are groups of ours, the others are columns beside them.
KEPT_GROUPS = ("other", "several", "unknown", "status", "context", "theme", "total", "source_line")
_LANGUAGE = re.compile("[a-z]{2}")
RECORD_COLUMNS = (*CONTENT, "url", "note")


def _inside(path: str) -> str:
    """Refuse a path that leaves the review's folder: a shared protocol must not read elsewhere."""
    if Path(path).is_absolute() or ".." in Path(path).parts:
        raise ValueError("must be a path inside the review's folder")
    return path


def _name(word: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", word):
        raise ValueError("must be lower-case letters, digits and _, beginning with a letter")
    return word


def _iso(value: Any) -> Any:
    """Take a date that YAML read as one."""
    return value.isoformat() if isinstance(value, dt.date) else value


def _partial_date(text: str) -> str:
    try:
        if not re.fullmatch(r"\d{4}(-\d\d){0,2}", text):
            raise ValueError
        dt.date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        raise ValueError(f"'{text}' is not a date; write it as 2026-11 or 2026-11-24") from None
    return text


def _quoted(code: Any) -> Any:
    if code is False:
        raise ValueError("NO without quotes means false in YAML; write 'NO' in quotes")
    return code


def _country(code: str) -> str:
    if not is_country(code):
        raise ValueError(f"'{code}' is no country; write two capital letters (ISO 3166), GB for the UK")
    return code


def _term(text: str) -> str:
    if not re.search(r"[^\W_]", text):
        raise ValueError(f"'{text}' has no letter to look for; write a word or phrase")
    return text


def _once(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError("\n".join(f"{what} '{name}' stands twice; rename one" for name in twice))


def _contact(text: str) -> str:
    if text and not re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", text, re.ASCII):
        raise ValueError(f"'{text}' is no e-mail address; write one, or leave it empty")
    return text


def _none_is_empty(value: Any) -> Any:
    """Take a key with nothing after its colon as an empty list."""
    return [] if value is None else value


def _strategy(text: str) -> str:
    """Refuse a search string that would not stay together when a year is added to it."""
    depth = 0
    for sign in re.sub(r'"[^"]*"', "", text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth < 0:
            break
    if depth or text.count('"') % 2:
        raise ValueError("its parentheses or quotation marks don't match; correct it")
    return text.strip()


InsidePath = Annotated[str, AfterValidator(_inside)]
Name = Annotated[str, AfterValidator(_name)]
PartialDate = Annotated[str, BeforeValidator(_iso), AfterValidator(_partial_date)]
CountryCode = Annotated[str, BeforeValidator(_quoted), AfterValidator(_country)]
Term = Annotated[str, AfterValidator(_term)]
Contact = Annotated[str, BeforeValidator(lambda text: "" if text is None else text), AfterValidator(_contact)]
Strategy = Annotated[str, AfterValidator(_strategy)]
Filled = Annotated[str, Field(min_length=1)]


class Model(BaseModel):
    """A section of the protocol; a key it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Review(Model):
    """What is asked, and which published review is rerun."""

    title: Filled
    question: Filled
    published: InsidePath
    included: InsidePath


class Window(Model):
    """The publication dates that count, both ends included."""

    start: dt.date
    end: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.start > self.end:
            raise ValueError(f"start {self.start} is after end {self.end}: exchange them")
        return self


class SampleSource(Model):
    """A bundled table of records: where it lies, and where PRISMA counts it."""

    label: Filled
    kind: Kind
    file: InsidePath
    searched: PartialDate
    sample: bool = False


class LiveSource(Model):
    """An API: where PRISMA counts it, and how much may be asked of it."""

    label: Filled
    kind: Kind = "database"
    query: Strategy | None = None
    calls: Annotated[int, Field(ge=1, le=100_000)] = 1000
    drift: Annotated[int, Field(ge=0, le=100)] = 0


class ExportSource(Model):
    """Exports of a database: a file or a folder, when it was searched, and where PRISMA counts it."""

    label: Filled
    kind: Kind = "database"
    file: InsidePath
    searched: PartialDate = ""
    columns: dict[str, str] = {}
    missing: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _of_a_record(self) -> ExportSource:
        wrong = [
            f"columns: '{c}' is no column of a record; {did_you_mean(c, RECORD_COLUMNS)}"
            for c in self.columns
            if c not in RECORD_COLUMNS
        ]
        if wrong:
            raise ValueError("\n".join(wrong))
        return self


class Sources(Model):
    """The sources of each mode, of which those of the mode in use must be there, and exports for both."""

    sample: dict[Name, SampleSource] = {}
    live: dict[LiveName, LiveSource] = {}
    exports: dict[Name, ExportSource] = {}

    @model_validator(mode="after")
    def _told_apart(self) -> Sources:
        twice = [name for name in self.exports if name in self.sample or name in self.live]
        if twice:
            raise ValueError(
                "\n".join(f"exports.{name}: is the name of another source; rename it" for name in twice)
            )
        return self


class Enrich(Model):
    """Who is asked for facts that records lack, and how much in one run."""

    ask: Annotated[list[Literal["openalex", "crossref", "unpaywall"]], BeforeValidator(_none_is_empty)] = [
        "openalex",
        "crossref",
        "unpaywall",
    ]
    calls: Annotated[int, Field(ge=1, le=100_000)] = 5000


class Block(Model):
    """One concept: a record holds it if it holds any of the terms."""

    name: Filled
    terms: Annotated[list[Term], Field(min_length=1)]


def _blocks(blocks: list[Block]) -> list[Block]:
    _once("name", [*(block.name for block in blocks), "exclude"])
    return blocks


class Query(Model):
    """Concept blocks, joined by AND."""

    origin: Filled
    fields: Annotated[list[QueryField], Field(min_length=1)]
    blocks: Annotated[list[Block], Field(min_length=1), AfterValidator(_blocks)]
    exclude: Block | None = None


class Criterion(Model):
    """One criterion: its question, when it is asked, how it is judged, what unknown means."""

    id: Name
    question: Filled
    stage: Stage
    rule: RuleName
    date: Literal["online", "issue", "either"] | None = None
    accept: list[Filled] = []
    reject: list[Filled] = []
    confidence: Annotated[float, Field(gt=0, le=0.99)] | None = None
    unknown: Literal["awaiting", "met", "not_met"] = "awaiting"

    @model_validator(mode="after")
    def _has_what_its_rule_needs(self) -> Criterion:
        takes = RULE_KEYS.get(self.rule, ())
        idle = [k for k in ("date", "accept", "reject", "confidence") if getattr(self, k) and k not in takes]
        if idle:
            raise ValueError("\n".join(f"rule {self.rule} takes no `{key}`; leave it out" for key in idle))
        if "accept" in takes and not self.accept:
            raise ValueError(f"rule {self.rule} needs `accept`: the values that meet it")
        values = [*self.accept, *self.reject]
        if self.rule == "language":
            wrong = [
                f"'{v}' is no ISO 639-1 code (en, fr, ...)" for v in values if not _LANGUAGE.fullmatch(v)
            ]
        elif self.rule == "document_type":
            wrong = [
                f"'{v}' is no type of record; {did_you_mean(v, TYPES)}" for v in values if v not in TYPES
            ]
        else:
            wrong = []
        if wrong:
            raise ValueError("\n".join(wrong))
        return self


def _groups(groups: dict[str, list[str]]) -> dict[str, list[str]]:
    wrong = [f"'{g}' is kept for the program; choose another name" for g in KEPT_GROUPS if g in groups]
    seen: dict[str, str] = {}
    for group, codes in groups.items():
        for code in codes:
            if code in seen:
                wrong.append(f"{code} stands in {seen[code]} and in {group}; keep one")
            seen.setdefault(code, group)
    if wrong:
        raise ValueError("\n".join(wrong))
    return groups


class Coding(Model):
    """How included works are coded."""

    codebook: InsidePath
    country_groups: Annotated[dict[Filled, list[CountryCode]], Field(min_length=1), AfterValidator(_groups)]


class Screening(Model):
    """How many people judge a work, and who settles what they differ on."""

    reviewers: Literal["single", "double", "adjudicated"] = "single"


class Formats(Model):
    """Which files are written of each table and figure."""

    tables: Annotated[list[Literal["csv", "md", "tex", "docx", "xlsx"]], Field(min_length=1)] = [
        "csv",
        "md",
        "tex",
        "docx",
        "xlsx",
    ]
    figures: Annotated[list[Literal["svg", "png", "pdf"]], Field(min_length=1)] = ["svg", "png", "pdf"]
    width: Literal["one_column", "two_columns"] = "two_columns"

    @model_validator(mode="after")
    def _keep_what_the_report_reads(self) -> Formats:
        if "csv" not in self.tables:
            raise ValueError("tables: csv can't be left out, the figures are drawn from it")
        if "svg" not in self.figures:
            raise ValueError("figures: svg can't be left out, the report shows it")
        return self


def _criteria(criteria: list[Criterion]) -> list[Criterion]:
    _once("id", [criterion.id for criterion in criteria])
    order = [STAGES.index(criterion.stage) for criterion in criteria]
    if order != sorted(order):
        raise ValueError(f"stages must come in the order {', '.join(STAGES)}; move the criterion")
    return criteria


class Protocol(Model):
    """All that a review is told."""

    review: Review
    mode: Literal["sample", "live"]
    contact: Contact = ""
    refresh: Annotated[list[LiveName], BeforeValidator(_none_is_empty)] = []
    window: Window
    sources: Sources
    enrich: Enrich = Enrich()
    query: Query
    criteria: Annotated[list[Criterion], Field(min_length=1), AfterValidator(_criteria)]
    screening: Screening = Screening()
    journals: InsidePath
    holdings: InsidePath | None = None
    coding: Coding
    formats: Formats = Formats()

    @model_validator(mode="after")
    def _can_be_asked(self) -> Protocol:
        lines = [
            f"refresh: {name} is none of sources.live; take it out"
            for name in self.refresh
            if name not in self.sources.live
        ]
        # A year to come holds nothing yet. This one does, and stays provisional until it has ended.
        if self.mode == "live" and self.window.end.year > dt.date.today().year:
            lines.append(f"window.end: {self.window.end} lies in a year to come; set it to this year's end")
        if lines:
            raise ValueError("\n".join(lines))
        return self


M = TypeVar("M", bound=BaseModel)


class _UniqueKeyLoader(yaml.SafeLoader):
    """A safe loader that refuses a key given twice: the second would win in silence."""


def _mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(
                None, None, "a key is a list or a map", key_node.start_mark
            )
        if key in seen:
            mark = key_node.start_mark
            raise yaml.constructor.ConstructorError(None, None, f"key '{key}' stands twice; keep one", mark)
        seen.add(key)
    return loader.construct_mapping(node)


def _timestamp(loader: _UniqueKeyLoader, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        what = f"'{node.value}' is not a date of the calendar"
        raise yaml.constructor.ConstructorError(None, None, what, node.start_mark) from None


_UniqueKeyLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
_UniqueKeyLoader.add_constructor("tag:yaml.org,2002:timestamp", _timestamp)


def read_yaml(path: str | Path) -> Any:
    """Read a YAML file of the user's, refusing what YAML would take in silence.

    Raises
    ------
    Mistake
        With file and line, where the file is missing, is not UTF-8, is not YAML or says a key twice.
    """
    try:
        return yaml.load(read_bytes(path).decode("utf-8-sig"), Loader=_UniqueKeyLoader)
    except UnicodeDecodeError:
        raise Mistake(f"{path}: is not UTF-8; save it as UTF-8") from None
    except RecursionError:
        raise Mistake(f"{path}: lists within lists without end; a protocol is flat") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or "is not YAML"
        raise Mistake(f"{path}{where}: {what}; correct the line (or the one above it)") from None


def read_config(path: str | Path = CONFIG) -> dict[str, Any]:
    """Read the protocol's file, which must hold keys.

    Raises
    ------
    Mistake
        As `read_yaml`, or where it holds none.
    """
    raw = read_yaml(path)
    if not isinstance(raw, dict):
        raise Mistake(f"{path}: holds no keys; see config/README.md")
    return raw


# pydantic's words where they are a programmer's
_SIMPLER = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "string_type": "must be a text",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "list_type": "must be a list, such as [a, b]",
    "dict_type": "must hold keys",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}


def _key(loc: tuple[Any, ...], raw: Any) -> str:
    """Name a place in the file as its reader sees it: an entry of a list by its name, else its number."""
    key = ""
    for part in loc:
        if part == "[key]":
            continue
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            raw = None
        if isinstance(part, int):
            name = (raw.get("id") or raw.get("name")) if isinstance(raw, dict) else None
            key += f"[{name or part + 1}]"
        else:
            key += f".{part}" if key else str(part)
    return key


def _plain_errors(error: Any, model: type[BaseModel], raw: Any) -> list[str]:
    """Turn one of pydantic's errors into lines of the form `key: what is wrong; what to do`."""
    if error["type"] == "value_error":
        key = _key(error["loc"], raw)
        return [f"{key}: {line}" if key else line for line in str(error["ctx"]["error"]).split("\n")]
    return [" ".join(_plain_error(error, model, raw).split())]


def _plain_error(error: Any, model: type[BaseModel], raw: Any) -> str:
    key = _key(error["loc"], raw)
    kind, given = error["type"], error["input"]
    if kind == "extra_forbidden":
        *section, last = error["loc"]
        return f"{key}: unknown key; {did_you_mean(str(last), _known_keys(model, tuple(section)))}"
    if kind == "missing":
        return f"{key}: is missing; add it"
    if kind == "model_type":
        what = f"{key}: must hold keys" if key else "holds no keys"
        return f"{what}; write key: value"
    if kind == "literal_error":
        expected = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        return f"{key}: '{given}' is not known; {did_you_mean(str(given), expected)}"
    if kind.startswith("date"):
        return f"{key}: '{given}' is not a date; write it as 2015-01-31"
    if kind in ("greater_than_equal", "less_than_equal"):
        (limit,) = error["ctx"].values()
        word = "least" if kind == "greater_than_equal" else "most"
        return f"{key}: must be at {word} {limit} (it is {given})"
    message = error["msg"][0].lower() + error["msg"][1:]
    shown = f" (it is {json.dumps(given, default=str)[:60]})" if not isinstance(given, dict | list) else ""
    return f"{key}: {_SIMPLER.get(kind, message)}{shown}"


def _known_keys(model: Any, loc: tuple[Any, ...]) -> list[str]:
    """Keys that the section at `loc` may have."""
    for part in loc:
        field = getattr(model, "model_fields", {}).get(part)
        model = field.annotation if field else model
        while not hasattr(model, "model_fields") and getattr(model, "__args__", None):
            inner = [a for a in model.__args__ if hasattr(a, "model_fields") or hasattr(a, "__args__")]
            if not inner:
                break
            model = inner[-1]
    return list(getattr(model, "model_fields", {}))


def parse_model(model: type[M], raw: Any, file: str) -> M:
    """Check `raw` against `model`, telling all mistakes at once.

    Raises
    ------
    Mistake
        One line for each mistake, beginning with `file`.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        lines = [f"{file}: {line}" for e in errors for line in _plain_errors(e, model, raw)]
    raise Mistake(lines)


def parse_protocol(raw: Any, file: str = CONFIG) -> Protocol:
    """Check a protocol as read from YAML or from Snakemake's `config`."""
    return parse_model(Protocol, raw, file)


def plain(model: BaseModel | list[Any] | dict[str, Any]) -> Any:
    """Give a section as dicts, lists and text (dates as ISO strings), as a plan file holds it."""
    if isinstance(model, BaseModel):
        return model.model_dump(mode="json")
    return json.loads(json.dumps(model, default=lambda m: m.model_dump(mode="json")))
