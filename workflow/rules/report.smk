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
        plan=plan("report"),
        code=code("reprise.synthesis.report"),
    output:
        report="results/report.html",
        run="results/run.json",
    message:
        "Writing the report"
    script:
        "../scripts/report.py"
