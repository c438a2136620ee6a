"""Look up what records lack."""

from reprise.enrich.stage import enrich
from reprise.mistakes import run
from reprise.settings import read_settings

run(
    enrich,
    **read_settings(snakemake.input.plan),
    records=snakemake.input.records,
    enriched=snakemake.output.enriched,
    enriched_csv=snakemake.output.enriched_csv,
    facts=snakemake.output.facts,
)
