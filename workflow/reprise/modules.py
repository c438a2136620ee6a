"""Which files of the package a module is made of, read from its import statements without running them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent


def module_files(name: str) -> list[str]:
    """List the files behind a module: its own, and those of all it imports from the package.

    Parameters
    ----------
    name : str
        A module such as "reprise.dedupe.works".

    Returns
    -------
    list of str
        Paths, sorted; templates that lie beside a module belong to it.
    """
    done: set[str] = set()
    waiting = [name]
    while waiting:
        module = waiting.pop()
        if module not in done:
            done.add(module)
            waiting += [m for m in _imported(module) if m not in done]
    files = [file for module in done for file in _files(module)]
    return sorted(set(files))


@cache
def _files(module: str) -> tuple[str, ...]:
    """Give the files of one module and of the packages it lies in."""
    parts = module.split(".")[1:]
    packages = [PACKAGE.joinpath(*parts[:n], "__init__.py") for n in range(len(parts))]
    path = PACKAGE.joinpath(*parts)
    own = (
        [path / "__init__.py"]
        if path.is_dir()
        else [path.with_suffix(".py"), *path.parent.glob(path.name + ".*.j2")]
    )
    return tuple(str(p) for p in [*packages, *own])


@cache
def _imported(module: str) -> tuple[str, ...]:
    found: set[str] = set()
    for file in _files(module):
        if not file.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE.name:
                base = node.module or ""
                found.add(base)
                found |= {f"{base}.{a.name}" for a in node.names if _is_module(f"{base}.{a.name}")}
            elif isinstance(node, ast.Import):
                found |= {a.name for a in node.names if a.name.split(".")[0] == PACKAGE.name}
    return tuple(sorted(found))


def _is_module(name: str) -> bool:
    path = PACKAGE.joinpath(*name.split(".")[1:])
    return path.is_dir() or path.with_suffix(".py").exists()
