"""The protocol: what it may say, and that every mistake in it reads as one line, all at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel
from reprise.coding.codebook import read_codebook
from reprise.config import CONFIG, Protocol, parse_protocol, plain, read_yaml
from reprise.inputs import check_files
from reprise.mistakes import Mistake

ROOT = Path(__file__).parents[2]
Spoil = Callable[[dict[str, Any]], Any]
LINE = re.compile(r"config/config\.yaml: (?P<key>[\w. \[\]]+): (?P<what>\S.*)")


def mistakes(raw: Any) -> list[str]:
    with pytest.raises(Mistake) as caught:
        parse_protocol(raw)
    return caught.value.lines


def put(raw: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    *way, last = path.split("/")
    place: Any = raw
    for part in way:
        place = place[int(part) if part.isdigit() else part]
    place[int(last) if last.isdigit() else last] = value
    return raw


def test_the_bundled_protocol_parses_and_names_files_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    protocol = parse_protocol(read_yaml(CONFIG))
    check_files(protocol)
    read_codebook(protocol.coding.codebook)


def test_settings_for_stages_are_plain_text(protocol: dict[str, Any]) -> None:
    assert protocol["window"] == {"start": "2015-01-01", "end": "2022-01-31"}
    assert protocol["criteria"][0]["unknown"] == "awaiting"
    assert protocol["formats"] == {
        "tables": ["csv", "md", "tex", "docx", "xlsx"],
        "figures": ["svg", "png", "pdf"],
        "width": "two_columns",
    }


def test_plain_reaches_into_lists_and_dicts_of_sections(raw_protocol: dict[str, Any]) -> None:
    parsed = parse_protocol(raw_protocol)
    assert plain(parsed.criteria)[0]["id"] == "window"
    assert plain(parsed.sources.sample)["web"]["kind"] == "website"


ONE_MISTAKE = {
    "an impossible date": ("window/start", "2015-02-30", "window.start", "2015-01-31"),
    "a year for a date": ("window/start", 2015, "window.start", "2015-01-31"),
    "no date": ("window/end", None, "window.end", "2015-01-31"),
    "start after end": ("window/start", "2023-01-01", "window", "after"),
    "no window": ("window", None, "window", ""),
    "an unknown key": ("window/strat", 1, "window.strat", "'start'"),
    "an unknown key under a name": ("sources/sample/eric/fle", "x", "sources.sample.eric.fle", "'file'"),
    "an unknown key in a list": ("query/blocks/0/trems", [], "query.blocks[credential].trems", "'terms'"),
    "an unknown key far from any": ("zzz", 1, "zzz", "known: "),
    "an unknown mode": ("mode", "sampel", "mode", "sample"),
    "an unknown rule": ("criteria/0/rule", "windw", "criteria[window].rule", "'window'"),
    "an unknown stage": ("criteria/0/stage", "screning", "criteria[window].stage", "'screening'"),
    "an unknown kind": ("sources/sample/web/kind", "webpage", "sources.sample.web.kind", "known: "),
    "an unknown format": ("formats", {"tables": ["csv", "pages"]}, "formats.tables[2]", "known: "),
    "no CSV among the formats": ("formats", {"tables": ["md"]}, "formats", "csv"),
    "no SVG among the formats": ("formats", {"figures": ["png"]}, "formats", "svg"),
    "a path from the root": ("journals", "/etc/passwd", "journals", "inside"),
    "a path that climbs out": ("review/published", "data/../../x", "review.published", "inside"),
    "an impossible month": ("sources/sample/web/searched", "2026-13", "sources.sample.web.searched", "date"),
    "an impossible day": ("sources/sample/web/searched", "2026-02-31", "sources.sample.web.searched", "date"),
    "an empty title": ("review/title", "", "review.title", ""),
    "no terms": ("query/blocks/0/terms", [], "query.blocks[credential].terms", ""),
    "a term without a letter": ("query/blocks/0/terms", ["badge*", " "], "query.blocks[credential]", ""),
    "a lone asterisk for a term": ("query/blocks/0/terms", ["badge*", "*"], "query.blocks[credential]", ""),
    "two blocks of one name": ("query/blocks/1/name", "credential", "query", "credential"),
    "no criteria": ("criteria", [], "criteria", ""),
    "a criterion's id twice": ("criteria/1/id", "window", "criteria", "'window' stands twice"),
    "an id with a space": ("criteria/0/id", "the window", "criteria[the window].id", "lower-case"),
    "stages out of order": ("criteria/0/stage", "retrieval", "criteria", "order"),
    "a rule without its values": ("criteria/1/accept", [], "criteria[language]", "accept"),
    "a language that is no code": ("criteria/1/accept", ["EN"], "criteria[language]", "EN"),
    "a type that no record has": ("criteria/2/accept", ["artcle"], "criteria[document_type]", "article"),
    "a country in two groups": ("coding/country_groups/USA", ["US", "FI"], "coding", "FI"),
    "a code that is no country": ("coding/country_groups/Europe", ["FI", "UK"], "coding", "UK"),
    "a country's name for its code": (
        "coding/country_groups/USA", ["USA"], "coding.country_groups.USA[1]", "ISO 3166"
    ),
    "an unquoted NO": (
        "coding/country_groups/Europe", ["FI", False], "coding.country_groups.Europe[2]", "quote"
    ),
    "a group that the program keeps": ("coding/country_groups/several", ["SE"], "coding", "another name"),
    "a line break in a value": ("mode", "sam\nple", "mode", ""),
}  # fmt: skip


@pytest.mark.parametrize(("path", "value", "key", "says"), ONE_MISTAKE.values(), ids=ONE_MISTAKE.keys())
def test_a_mistake_is_one_line_with_file_and_key(
    raw_protocol: dict[str, Any], path: str, value: Any, key: str, says: str
) -> None:
    (line,) = mistakes(put(raw_protocol, path, value))
    found = LINE.fullmatch(line)
    assert found, line
    assert found["key"].startswith(key)
    assert says in found["what"]
    assert "pydantic" not in line


def test_all_mistakes_are_told_at_once(raw_protocol: dict[str, Any]) -> None:
    raw_protocol["window"]["start"] = "soon"
    raw_protocol["criteria"][4]["rule"] = "topik"
    raw_protocol["coding"]["country_groups"]["USA"] = ["us"]
    raw_protocol["formats"] = {"tables": ["md"]}
    del raw_protocol["journals"]
    told = mistakes(raw_protocol)
    keys = {LINE.fullmatch(line)["key"] for line in told}  # type: ignore[index]
    assert keys == {
        "window.start", "criteria[topic].rule", "coding.country_groups.USA[1]", "formats", "journals"
    }  # fmt: skip
    assert len(told) == 5


def test_a_wrong_order_of_stages_is_told_beside_other_mistakes(raw_protocol: dict[str, Any]) -> None:
    raw_protocol["criteria"].reverse()
    raw_protocol["window"]["start"] = "soon"
    told = " ".join(mistakes(raw_protocol))
    assert "window.start" in told
    assert "order" in told


def test_every_country_that_stands_in_two_groups_is_told(raw_protocol: dict[str, Any]) -> None:
    raw_protocol["coding"]["country_groups"]["USA"] = ["US", "FI", "IE"]
    told = " ".join(mistakes(raw_protocol))
    assert "FI" in told
    assert "IE" in told


@pytest.mark.parametrize("raw", [None, [], ["window"], "window", 7], ids=str)
def test_a_protocol_that_is_no_mapping_is_one_readable_line(raw: Any) -> None:
    (line,) = mistakes(raw)
    assert line.startswith("config/config.yaml: ")
    assert ": :" not in line
    assert "instance of" not in line


def test_an_empty_mapping_names_every_section_that_is_missing() -> None:
    told = mistakes({})
    assert [LINE.fullmatch(line)["key"] for line in told] == [  # type: ignore[index]
        "review", "mode", "window", "sources", "query", "criteria", "journals", "coding"
    ]  # fmt: skip


def test_a_window_of_one_day_is_allowed(raw_protocol: dict[str, Any]) -> None:
    raw_protocol["window"] = {"start": "2020-02-29", "end": "2020-02-29"}
    assert plain(parse_protocol(raw_protocol))["window"]["end"] == "2020-02-29"


def test_the_day_of_a_search_may_be_written_without_quotes(
    tmp_path: Path, raw_protocol: dict[str, Any]
) -> None:
    """YAML reads 2026-11-24 as a date, which is just what the message asks people to write."""
    (tmp_path / "day.yaml").write_text("searched: 2026-11-24\n", encoding="utf-8")
    raw_protocol["sources"]["sample"]["web"]["searched"] = read_yaml(tmp_path / "day.yaml")["searched"]
    assert plain(parse_protocol(raw_protocol))["sources"]["sample"]["web"]["searched"] == "2026-11-24"


YAML_MISTAKES = {
    "a key twice": ("mode: sample\nmode: sample\n", 2, "'mode' stands twice"),
    "a key twice, deeper": ("window:\n  start: 2015-01-01\n  start: 2016-01-01\n", 3, "'start' stands twice"),
    "an open bracket": ("terms: [a, b\n", 2, ""),
    "an open quote": ("title: 'a\n", 2, ""),
    "a tab": ("window:\n\tstart: 1\n", 2, ""),
    "a second colon": ("title: Badges: a review\n", 1, ""),
    "a list for a key": ("? [a]\n: 1\n", 1, ""),
    "a Python object": ("a: !!python/object:os.system x\n", 1, ""),
    "a date that the calendar lacks": ("window:\n  start: 2015-02-30\n", 2, ""),
    "a month that the calendar lacks": ("window:\n  start: 2015-13-01\n", 2, ""),
}


@pytest.mark.parametrize(("text", "number", "says"), YAML_MISTAKES.values(), ids=YAML_MISTAKES.keys())
def test_what_is_not_yaml_is_told_with_its_line(tmp_path: Path, text: str, number: int, says: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        read_yaml(path)
    (line,) = caught.value.lines
    assert re.match(re.escape(str(path)) + rf" line ({number}|{number - 1}): ", line)
    assert says in line


def test_a_file_that_is_missing_or_not_utf8_is_told(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="no such file"):
        read_yaml(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("title: Économie".encode("latin-1"))
    with pytest.raises(Mistake, match="UTF-8"):
        read_yaml(tmp_path / "latin.yaml")


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    (tmp_path / "bom.yaml").write_text("mode: sample\n", encoding="utf-8-sig")
    assert read_yaml(tmp_path / "bom.yaml") == {"mode": "sample"}


def test_each_missing_file_is_told_with_the_key_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw_protocol: dict[str, Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("eric.csv").touch()
    Path("web.csv").mkdir()
    with pytest.raises(Mistake) as caught:
        check_files(parse_protocol(raw_protocol))
    told = "\n".join(caught.value.lines)
    for key in (
        "sources.sample.doaj.file",
        "sources.sample.web.file",
        "journals",
        "coding.codebook",
        "review.included",
    ):
        assert f"config/config.yaml: {key}: " in told
    assert "eric" not in told
    assert len(caught.value.lines) == 6


# --- config/README.md and the models


def paths(annotation: Any, at: str = "") -> Iterator[tuple[str, bool]]:
    """Give each path that a protocol may have, and whether it is a leaf."""
    origin, args = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if at:
            yield at, False
        for name, field in annotation.model_fields.items():
            yield from paths(field.annotation, f"{at}.{name}" if at else name)
    elif origin in (Union, UnionType):
        for arg in args:
            if arg is not type(None):
                yield from paths(arg, at)
    elif origin is list and _holds_model(args[0]):
        yield at, False
        yield from paths(args[0], at + "[]")
    elif origin is dict:
        yield at, not _holds_model(args[1])
        if _holds_model(args[1]):
            yield from paths(args[1], at + ".<name>")
        else:
            yield at + ".<name>", False
    elif get_origin(annotation) is not None and hasattr(annotation, "__metadata__"):
        yield from paths(args[0], at)
    else:
        yield at, True


def _holds_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def documented() -> set[str]:
    """Give the keys in the first cells of the tables in config/README.md."""
    found = set()
    for line in (ROOT / "config/README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            first = line.strip().strip("|").split("|")[0]
            found |= {re.sub(r"<[^>]*>", "<name>", key) for key in re.findall(r"`([\w.<> \[\]-]+)`", first)}
    return found


def test_paths_of_the_models_are_found_as_people_write_them() -> None:
    found = dict(paths(Protocol))
    for key in ("mode", "window.start", "sources.sample.<name>.file", "query.blocks[].terms",
                "criteria[].accept", "query.exclude.terms", "coding.country_groups"):  # fmt: skip
        assert found[key], key
    assert not found["query.blocks[]"]


def test_every_key_of_the_protocol_is_explained_in_the_readme() -> None:
    leaves = {path for path, leaf in paths(Protocol) if leaf}
    assert sorted(leaves - documented()) == []


def test_every_key_that_the_readme_explains_exists() -> None:
    known = {path for path, _ in paths(Protocol)}
    dotted = {key for key in documented() if re.fullmatch(r"[a-z_]+(\[\]|\.(<name>|[a-z_]+))+", key)}
    assert dotted
    assert sorted(dotted - known) == []
