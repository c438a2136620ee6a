"""What the README and the lock file say is so."""

from __future__ import annotations

import re
import tomllib

from conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
START = "python3 -m venv .venv && . .venv/bin/activate && pip install -r requirements.lock && "


def test_the_two_commands_stand_in_the_first_code_block() -> None:
    block = re.search(r"```sh\n(.*?)```", README, re.S)
    assert block is not None
    assert block.group(1).splitlines() == [START + "snakemake", START + "pytest"]


def test_ci_runs_the_commands_as_the_readme_spells_them() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "README.md" in script and "${commands[0]}" in script and "${commands[1]}" in script
    assert "requirements.lock" not in script, "the command is spelled in the README alone"


def test_links_of_the_documents_lead_somewhere() -> None:
    broken = []
    for document in [*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("data/*/README.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            if not target.startswith("https://") and not (document.parent / target).exists():
                broken.append(f"{document.name}: {target}")
    assert broken == []


def test_the_lock_pins_every_dependency_and_holds_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    pinned = {
        line.split("==")[0].lower() for line in lock.splitlines() if "==" in line and not line.startswith("#")
    }
    names = {re.split(r"[<>=\[ ]", name)[0].lower() for name in wanted}
    assert names - pinned == set()
    assert "-e ." in lock.splitlines()
    assert "://" not in lock and "--index" not in lock
