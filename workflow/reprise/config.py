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
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from reprise.mistakes import Mistake, did_you_mean

CONFIG = "config/config.yaml"

Kind = Literal["database", "register", "website", "organisation", "citation"]
Stage = Literal["before_screening", "screening", "retrieval", "eligibility"]
Verdict = Literal["met", "not_met", "unknown"]
RuleName = Literal[
    "window", "language", "document_type", "retracted", "topic", "peer_review", "full_text", "person"
]
QueryField = Literal["title", "abstract", "keywords"]


def _inside(path: str) -> str:
    """Refuse a path that leaves the review's folder: a shared protocol must not read elsewhere."""
    if Path(path).is_absolute() or ".." in Path(path).parts:
        raise ValueError("must be a path inside the review's folder")
    return path


def _name(word: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", word):
        raise ValueError("must be lower-case letters, digits and _, beginning with a letter")
    return word


def _month(text: str) -> str:
    if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", text):
        raise ValueError("must be a date such as 2026-11 or 2026-11-24")
    return text


def _country(code: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise ValueError("must be a two-letter ISO 3166 code such as US (quote 'NO')")
    return code


InsidePath = Annotated[str, AfterValidator(_inside)]
Name = Annotated[str, AfterValidator(_name)]
PartialDate = Annotated[str, AfterValidator(_month)]
CountryCode = Annotated[str, AfterValidator(_country)]
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


class Sources(Model):
    """The sources of each mode."""

    sample: Annotated[dict[Name, SampleSource], Field(min_length=1)]


class Block(Model):
    """One concept: a record holds it if it holds any of the terms."""

    name: Filled
    terms: Annotated[list[Filled], Field(min_length=1)]


class Query(Model):
    """Concept blocks, joined by AND."""

    origin: Filled
    fields: Annotated[list[QueryField], Field(min_length=1)]
    blocks: Annotated[list[Block], Field(min_length=1)]
    exclude: Block | None = None


class Criterion(Model):
    """One criterion: its question, when it is asked, how it is judged, what unknown means."""

    id: Name
    question: Filled
    stage: Stage
    rule: RuleName
    accept: list[Filled] = []
    reject: list[Filled] = []
    unknown: Literal["awaiting", "met", "not_met"] = "awaiting"

    @model_validator(mode="after")
    def _has_what_its_rule_needs(self) -> Criterion:
        if self.rule in ("language", "document_type") and not self.accept:
            raise ValueError(f"rule {self.rule} needs `accept`: the values that meet it")
        return self


class Coding(Model):
    """How included works are coded."""

    codebook: InsidePath
    country_groups: Annotated[dict[Filled, list[CountryCode]], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_country_once(self) -> Coding:
        seen: dict[str, str] = {}
        for group, codes in self.country_groups.items():
            if group in ("other", "several", "unknown"):
                raise ValueError(f"country_groups: '{group}' is kept for the program; choose another name")
            for code in codes:
                if code in seen:
                    raise ValueError(
                        f"country_groups: {code} stands in {seen[code]} and in {group}; keep one"
                    )
                seen[code] = group
        return self


class Formats(Model):
    """Which files are written of each table and figure."""

    tables: Annotated[list[Literal["csv", "md"]], Field(min_length=1)] = ["csv", "md"]
    figures: Annotated[list[Literal["svg", "png", "pdf"]], Field(min_length=1)] = ["svg", "png"]

    @model_validator(mode="after")
    def _keep_what_the_report_reads(self) -> Formats:
        if "csv" not in self.tables:
            raise ValueError("tables: csv can't be left out, the figures are drawn from it")
        if "svg" not in self.figures:
            raise ValueError("figures: svg can't be left out, the report shows it")
        return self


class Protocol(Model):
    """All that a review is told."""

    review: Review
    mode: Literal["sample"]
    window: Window
    sources: Sources
    query: Query
    criteria: Annotated[list[Criterion], Field(min_length=1)]
    journals: InsidePath
    coding: Coding
    formats: Formats = Formats()

    @model_validator(mode="after")
    def _criteria_once(self) -> Protocol:
        ids = [criterion.id for criterion in self.criteria]
        for name in sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"criteria: id '{name}' stands twice; rename one")
        stages = ["before_screening", "screening", "retrieval", "eligibility"]
        order = [stages.index(criterion.stage) for criterion in self.criteria]
        if order != sorted(order):
            raise ValueError(
                f"criteria: stages must come in the order {', '.join(stages)}; move the criterion"
            )
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


_UniqueKeyLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(path: str | Path) -> Any:
    """Read a YAML file of the user's, refusing what YAML would take in silence.

    Raises
    ------
    Mistake
        With file and line, where the file is missing, is not UTF-8, is not YAML or says a key twice.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        return yaml.load(text, Loader=_UniqueKeyLoader)
    except FileNotFoundError:
        raise Mistake(f"{path}: there is no such file; restore it, or correct its name") from None
    except UnicodeDecodeError:
        raise Mistake(f"{path}: is not UTF-8; save it as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or "is not YAML"
        raise Mistake(f"{path}{where}: {what}; correct the line (or the one above it)") from None


def _plain_error(error: Any, model: type[BaseModel], raw: Any) -> str:
    """Turn one of pydantic's errors into `key: what is wrong; what to do`."""
    path = [str(part) for part in error["loc"] if part != "[key]"]
    key = ".".join(path)
    kind, given = error["type"], error["input"]
    if kind == "extra_forbidden":
        return f"{key}: unknown key; {did_you_mean(path[-1], _known_keys(model, error['loc'][:-1]))}"
    if kind == "missing":
        return f"{key}: is missing; add it (config/README.md says what it means)"
    if kind == "value_error":
        return f"{key}: {error['ctx']['error']}" if key else str(error["ctx"]["error"])
    if kind == "literal_error":
        expected = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        return f"{key}: '{given}' is not known; {did_you_mean(str(given), expected)}"
    if kind.startswith("date"):
        return f"{key}: '{given}' is not a date; write it as 2015-01-31"
    message = error["msg"][0].lower() + error["msg"][1:]
    shown = f" (it is {json.dumps(given, default=str)[:60]})" if not isinstance(given, dict | list) else ""
    return f"{key}: {message}{shown}; see config/README.md"


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
        lines = [f"{file}: {_plain_error(e, model, raw)}" for e in error.errors(include_url=False)]
    raise Mistake(lines)


def parse_protocol(raw: Any, file: str = CONFIG) -> Protocol:
    """Check a protocol as read from YAML or from Snakemake's `config`."""
    return parse_model(Protocol, raw, file)


def plain(model: BaseModel | list[Any] | dict[str, Any]) -> Any:
    """Give a section as dicts, lists and text (dates as ISO strings), as a rule's `params` want it."""
    if isinstance(model, BaseModel):
        return model.model_dump(mode="json")
    return json.loads(json.dumps(model, default=lambda m: m.model_dump(mode="json")))


def check_files(protocol: Protocol) -> None:
    """Look whether the files that the protocol names are there.

    Raises
    ------
    Mistake
        One line for each that isn't.
    """
    named = {f"sources.sample.{name}.file": source.file for name, source in protocol.sources.sample.items()}
    named |= {
        "journals": protocol.journals,
        "coding.codebook": protocol.coding.codebook,
        "review.published": protocol.review.published,
    }
    lines = [
        f"{CONFIG}: {key}: there is no file {file}; correct the name, or restore the file"
        for key, file in named.items()
        if not Path(file).is_file()
    ]
    if lines:
        raise Mistake(lines)
