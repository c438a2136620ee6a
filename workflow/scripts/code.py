"""Code works by country and theme."""

from reprise.coding.works import code_works
from reprise.mistakes import run
from reprise.settings import read_settings

run(
    code_works,
    **read_settings(snakemake.input.plan),
    works=snakemake.input.works,
    screening=snakemake.input.screening,
    codebook=snakemake.input.codebook,
    coding=snakemake.output.coding,
    coding_csv=snakemake.output.coding_csv,
    hits=snakemake.output.hits,
    hits_csv=snakemake.output.hits_csv,
    trouble=snakemake.output.trouble,
)
