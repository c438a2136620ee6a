"""List the bundled files."""

from reprise.mistakes import run
from reprise.search.sample import list_sample
from reprise.settings import read_settings

run(list_sample, **read_settings(snakemake.input.plan), manifest=snakemake.output.manifest)
