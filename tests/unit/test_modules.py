"""Which files a module is made of: an edit must rerun what uses it, and nothing else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import reprise
from reprise.modules import module_files

PACKAGE = Path(reprise.__file__).parent
ROOT = Path(__file__).parents[2]
MODULES = sorted(
    ".".join(("reprise", *path.relative_to(PACKAGE).with_suffix("").parts))
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py"
)


def files(name: str) -> set[str]:
    return {Path(file).relative_to(PACKAGE).as_posix() for file in module_files(name)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("reprise.mistakes", {"__init__.py", "mistakes.py"}),
        (
            "reprise.search.sample",
            {
                "__init__.py", "search/__init__.py", "search/sample.py", "settings.py", "csvfiles.py",
                "mistakes.py",
            },
        ),
        (
            "reprise.screen.outcome",
            {
                "__init__.py", "screen/__init__.py", "screen/outcome.py", "decisions.py", "csvfiles.py",
                "mistakes.py",
                "vocabulary.py",
            },
        ),
        (
            "reprise.synthesis.report",
            {
                "__init__.py", "synthesis/__init__.py", "synthesis/report.py", "synthesis/report.html.j2",
                "synthesis/report.css", "synthesis/report.js",
                "synthesis/captions.py", "synthesis/checklists.py", "synthesis/figure_tables.py",
                "synthesis/flow_sets.py", "synthesis/inline_svg.py", "synthesis/report_data.py",
                "synthesis/wording.py", "settings.py", "csvfiles.py", "mistakes.py",
            },
        ),
    ],
)  # fmt: skip
def test_the_files_of_a_module_are_those_found_by_hand(name: str, expected: set[str]) -> None:
    assert files(name) == expected


def imported(path: Path) -> set[str]:
    """Give the package's modules that a file imports, read from its syntax tree."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("reprise")}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            if (node.module or "").split(".")[0] == "reprise":
                found.add(node.module or "")
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def by_syntax_tree(name: str) -> set[str]:
    done: set[Path] = set()
    waiting = [name]
    while waiting:
        parts = waiting.pop().split(".")[1:]
        path = PACKAGE.joinpath(*parts)
        own = [PACKAGE.joinpath(*parts[:n], "__init__.py") for n in range(len(parts))]
        own += [path / "__init__.py"] if path.is_dir() else [path.with_suffix(".py")]
        new = {file for file in own if file.is_file()} - done
        done |= new
        waiting += [module for file in new for module in imported(file)]
    return {file.relative_to(PACKAGE).as_posix() for file in done}


@pytest.mark.parametrize("name", MODULES)
def test_no_import_of_any_module_is_missed(name: str) -> None:
    assert {file for file in files(name) if file.endswith(".py")} == by_syntax_tree(name)


@pytest.mark.parametrize("template", sorted(PACKAGE.rglob("*.j2"), key=str), ids=lambda path: path.name)
def test_every_template_belongs_to_the_module_it_lies_beside(template: Path) -> None:
    module = template.name.split(".")[0]
    name = ".".join(("reprise", *template.relative_to(PACKAGE).parent.parts, module))
    assert template.relative_to(PACKAGE).as_posix() in files(name)


def test_every_rule_names_the_module_that_its_script_runs() -> None:
    for script in sorted((ROOT / "workflow/scripts").glob("*.py")):
        uses = imported(script) - {"reprise"}
        stage, _, mode = script.stem.partition("_")
        rule = (ROOT / "workflow/rules" / f"{stage}.smk").read_text(encoding="utf-8")
        named = re.findall(r'code\(f?"([\w.]+)"\)', rule.replace("{PROTOCOL.mode}", mode))
        assert named and set(named) <= uses, script.name


def test_paths_are_sorted_and_there() -> None:
    found = module_files("reprise.synthesis.tabulate")
    assert found == sorted(found)
    assert all(Path(file).is_file() for file in found)


def test_imports_run_one_way() -> None:
    """Ground, then stages that do not know each other, then synthesis on top."""
    stages = {"search", "exports", "dedupe", "screen", "coding"}
    for name in MODULES:
        parts = name.split(".")
        rooms = {
            module.split(".")[1]
            for module in imported(PACKAGE.joinpath(*parts[1:]).with_suffix(".py"))
            if module.count(".") >= 1
        }
        if parts[1] in stages:
            assert not rooms & (stages - {parts[1]} | {"synthesis"}), name
        elif parts[1] in ("config", "records", "query", "csvfiles", "decisions", "mistakes", "countries"):
            assert not rooms & (stages | {"synthesis"}), name
