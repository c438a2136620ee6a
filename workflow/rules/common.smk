# The clone's own package comes first, whatever else is installed; scripts inherit it.
import json
import os
import sys
from pathlib import Path

os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(Path(workflow.basedir, "workflow")), *filter(None, [os.environ.get("PYTHONPATH")])]
)
sys.path.insert(0, str(Path(workflow.basedir, "workflow")))

from reprise.config import CONFIG, parse_protocol, read_config
from reprise.decisions import DECISION_FILES
from reprise.enrich.answers import frozen_files
from reprise.inputs import check_files, whole_protocol
from reprise.mistakes import run
from reprise.modules import module_files
from reprise.search.manifest import MANIFEST, lists_what_is_gone
from reprise.settings import file_hash, files_of, sources_in_use
from reprise.study import CITED
from reprise.synthesis.captions import ENDS, EXCHANGE, FIGURES, TABLES
from reprise.synthesis.figure_tables import FIGURE_TABLES

# Snakemake would read a key given twice in silence: look at the file before it does.
run(read_config, CONFIG, code=2)


def shown(path, caption, category, title):
    """Show a file in `snakemake --report`, if it is of a format that is looked at there."""
    if not path.endswith((".csv", ".svg")):
        return path
    return report(path, caption=f"../report/{caption}.rst", category=category, labels={category[:-1]: title})
