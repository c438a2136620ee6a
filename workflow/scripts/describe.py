"""Describe the run and its files as a research object."""

from reprise.mistakes import run
from reprise.synthesis.research_object import write_crate

run(
    write_crate,
    path=snakemake.output.crate,
    inputs=snakemake.input.read,
    outputs=snakemake.input.made,
    run=snakemake.input.run,
)
