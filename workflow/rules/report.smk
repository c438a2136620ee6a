rule report:
    input:
        prisma=rules.tabulate.output.prisma,
        tables=expand("results/tables/{name}.csv", name=TABLES),
        figures=expand("results/figures/{name}.svg", name=FIGURES),
        trouble=TROUBLE,
        decided=if_there(*DECISION_FILES.values()),
        replication=rules.tabulate.output.replication,
        provenance=rules.tabulate.output.provenance,
        manifest=rules.search.output.manifest,
        strings=rules.tabulate.output.strings,
        ledger=rules.tabulate.output.ledger,
        records=rules.enrich.output.enriched_csv if ENRICHES else rules.collect.output.records_csv,
        works=rules.dedupe.output.works_csv,
        duplicates=rules.dedupe.output.duplicates_csv,
        screening=rules.screen.output.screening_csv,
        coding=rules.code.output.coding_csv,
        hits=rules.code.output.hits_csv,
        vendor="workflow/reprise/synthesis/vendor/dataTables.min.js",
        plan=plan("report"),
        code=code("reprise.synthesis.report"),
    output:
        report=report("results/report.html", caption="../report/report.rst", category="Report"),
        run="results/run.json",
    message:
        "Writing the report"
    script:
        "../scripts/report.py"
