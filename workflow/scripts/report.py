"""Write the report and run.json."""

from reprise.mistakes import run
from reprise.settings import read_settings
from reprise.synthesis.report import report

run(
    report,
    **read_settings(snakemake.input.plan),
    inputs=snakemake.input,
    page=snakemake.output.report,
    run=snakemake.output.run,
)
