"""Judge works by the criteria."""

from reprise.mistakes import run
from reprise.screen.works import screen
from reprise.settings import read_settings

run(
    screen,
    **read_settings(snakemake.input.plan),
    works=snakemake.input.works,
    records=snakemake.input.records,
    journals=snakemake.input.journals,
    screening=snakemake.output.screening,
    screening_csv=snakemake.output.screening_csv,
    trouble=snakemake.output.trouble,
)
