"""Find which records are one work."""

from reprise.dedupe.stage import dedupe
from reprise.mistakes import run

run(
    dedupe,
    records=snakemake.input.records,
    decisions=snakemake.params.decisions,
    order=snakemake.params.order,
    works=snakemake.output.works,
    works_csv=snakemake.output.works_csv,
    duplicates=snakemake.output.duplicates,
    duplicates_csv=snakemake.output.duplicates_csv,
)
