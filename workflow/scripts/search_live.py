"""Ask the APIs for what is not frozen yet."""

from reprise.mistakes import run
from reprise.search.live import search_live
from reprise.settings import read_settings

run(search_live, **read_settings(snakemake.input.plan), manifest=snakemake.output.manifest)
