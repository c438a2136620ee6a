# Reprise: reruns a published systematic review. Type `snakemake`; README.md says what comes out.
from snakemake.utils import min_version

min_version("9.14")


include: "workflow/rules/common.smk"


configfile: CONFIG


report: "workflow/report/workflow.rst"


include: "workflow/rules/protocol.smk"
include: "workflow/rules/search.smk"
include: "workflow/rules/collect.smk"
include: "workflow/rules/enrich.smk"
include: "workflow/rules/dedupe.smk"
include: "workflow/rules/screen.smk"
include: "workflow/rules/code.smk"
include: "workflow/rules/tabulate.smk"
include: "workflow/rules/draw.smk"
include: "workflow/rules/typeset.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/describe.smk"


rule all:
    default_target: True
    input:
        rules.report.output,
        rules.describe.output,
        rules.typeset.output,
        rules.search.output,
        rules.tabulate.output,
        rules.draw.output,
