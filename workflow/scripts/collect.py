"""Turn rows into records."""

from reprise.collect import collect
from reprise.mistakes import run

run(
    collect,
    manifest=snakemake.input.manifest,
    records=snakemake.output.records,
    records_csv=snakemake.output.records_csv,
    log=snakemake.output.log,
    problems=snakemake.output.problems,
)
