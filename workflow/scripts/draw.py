"""Draw the figures from the tables."""

from reprise.mistakes import run
from reprise.synthesis.figures import draw_figures

run(
    draw_figures,
    tables=snakemake.input,
    provenance=snakemake.input.provenance,
    outputs=snakemake.output.figures,
)
