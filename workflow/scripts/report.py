"""Write the report and run.json."""

from reprise.mistakes import run
from reprise.synthesis.report import report

run(
    report,
    inputs=snakemake.input,
    decisions=snakemake.params.decisions,
    protocol=snakemake.params.protocol,
    source=snakemake.params.source,
    page=snakemake.output.report,
    run=snakemake.output.run,
)
