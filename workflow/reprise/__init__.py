"""Reprise: the pure functions behind the stages of a rerun review. It knows nothing of Snakemake."""

__version__ = "0.1.0"
