"""List the bundled files."""

from reprise.mistakes import run
from reprise.search.sample import list_sample

run(
    list_sample,
    sources=snakemake.params.sources,
    manifest=snakemake.output.manifest,
)
