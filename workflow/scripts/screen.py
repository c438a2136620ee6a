"""Judge works by the criteria."""

from reprise.mistakes import run
from reprise.screen.works import screen

run(
    screen,
    works=snakemake.input.works,
    records=snakemake.input.records,
    duplicates=snakemake.input.duplicates,
    journals=snakemake.input.journals,
    decisions=snakemake.params.decisions,
    protocol=snakemake.params.protocol,
    screening=snakemake.output.screening,
    screening_csv=snakemake.output.screening_csv,
    needed=snakemake.output.needed,
)
