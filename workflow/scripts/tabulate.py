"""Count everything from the ledger."""

from reprise.mistakes import run
from reprise.settings import read_settings
from reprise.synthesis.tabulate import tabulate

run(
    tabulate,
    **read_settings(snakemake.input.plan),
    inputs=snakemake.input,
    outputs=snakemake.output,
)
