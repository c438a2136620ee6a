"""Draw the figures from the tables."""

from reprise.mistakes import run
from reprise.settings import read_settings
from reprise.synthesis.figures import draw_figures

run(
    draw_figures,
    **read_settings(snakemake.input.plan),
    tables=snakemake.input,
    provenance=snakemake.input.provenance,
    outputs=snakemake.output.figures,
)
