"""Code works by country and theme."""

from reprise.coding.works import code_works
from reprise.mistakes import run

run(
    code_works,
    works=snakemake.input.works,
    screening=snakemake.input.screening,
    codebook=snakemake.input.codebook,
    decisions=snakemake.params.decisions,
    country_groups=snakemake.params.country_groups,
    coding=snakemake.output.coding,
    coding_csv=snakemake.output.coding_csv,
)
