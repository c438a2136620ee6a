"""Find which records are one work."""

from reprise.dedupe.stage import dedupe
from reprise.mistakes import run
from reprise.settings import read_settings

run(
    dedupe,
    **read_settings(snakemake.input.plan),
    records=snakemake.input.records,
    works=snakemake.output.works,
    works_csv=snakemake.output.works_csv,
    duplicates=snakemake.output.duplicates,
    duplicates_csv=snakemake.output.duplicates_csv,
    trouble=snakemake.output.trouble,
)
