"""Write tables in the formats that people cite from, and prose with the numbers filled in."""

from reprise.mistakes import run
from reprise.settings import read_settings
from reprise.synthesis.prose import write_prose
from reprise.synthesis.typeset import typeset

settings = read_settings(snakemake.input.plan)
run(
    typeset,
    **settings,
    tables=snakemake.input.tables,
    outputs=snakemake.output.get("tables", []),
    provenance=snakemake.input.provenance,
)
run(write_prose, **settings, inputs=snakemake.input, outputs=snakemake.output)
