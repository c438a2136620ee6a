rule tabulate:
    input:
        records=rules.collect.output.records,
        works=rules.dedupe.output.works,
        screening=rules.screen.output.screening,
        coding=rules.code.output.coding,
        log=rules.collect.output.log,
        manifest=rules.search.output.manifest,
        codebook=PROTOCOL.coding.codebook,
        journals=PROTOCOL.journals,
        published=PROTOCOL.review.published,
        decided=if_there(PROTOCOL.review.included, *DECISIONS.values()),
        plan=plan("tabulate"),
        code=code("reprise.synthesis.tabulate"),
    output:
        ledger="results/ledger.csv",
        prisma="results/prisma.csv",
        replication="results/replication.csv",
        known="results/known_studies.csv",
        bib="results/references.bib",
        ris="results/references.ris",
        provenance="results/provenance.json",
        tables=expand("results/tables/{name}.{format}", name=TABLES, format=PROTOCOL.formats.tables),
    message:
        "Tabulating: the ledger, and from it tables, flow and references"
    script:
        "../scripts/tabulate.py"
