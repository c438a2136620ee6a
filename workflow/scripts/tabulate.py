"""Count everything from the ledger."""

from reprise.mistakes import run
from reprise.synthesis.tabulate import tabulate

run(
    tabulate,
    inputs={**snakemake.input, "included": snakemake.params.included},
    decisions=snakemake.params.decisions,
    protocol=snakemake.params.protocol,
    outputs={**snakemake.output, "tables": snakemake.params.tables},
)
