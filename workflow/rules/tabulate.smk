TROUBLE = [rule.output.trouble for rule in (rules.dedupe, rules.screen, rules.code)]


rule tabulate:
    input:
        records=RECORDS,
        works=rules.dedupe.output.works,
        duplicates=rules.dedupe.output.duplicates,
        screening=rules.screen.output.screening,
        coding=rules.code.output.coding,
        hits=rules.code.output.hits,
        trouble=TROUBLE,
        looked_up=[rules.enrich.output.facts] if ENRICHES else [],
        log=rules.collect.output.log,
        problems=rules.collect.output.problems,
        manifest=rules.search.output.manifest,
        codebook=PROTOCOL.coding.codebook,
        journals=PROTOCOL.journals,
        published=PROTOCOL.review.published,
        decided=if_there(PROTOCOL.review.included, CITED, *DECISION_FILES.values()),
        plan=plan("tabulate"),
        code=code("reprise.synthesis.tabulate"),
    output:
        needed="results/decisions_needed.csv",
        needed_ris="results/decisions_needed.ris",
        ledger="results/ledger.csv",
        prisma="results/prisma.csv",
        replication=report(
            "results/replication.csv",
            caption="../report/replication.rst",
            category="Comparison with the published review",
        ),
        known="results/known_studies.csv",
        bib="results/references.bib",
        ris="results/references.ris",
        apa="results/included.apa.md",
        exchange=expand("results/exchange/{ends}.{format}", ends=ENDS, format=EXCHANGE),
        strings="results/search_strings.md",
        provenance="results/provenance.json",
        tables=[shown(f"results/tables/{name}.csv", "table", "Tables", TABLES[name].title) for name in TABLES],
    message:
        "Tabulating: the ledger, and from it tables, flow and references"
    script:
        "../scripts/tabulate.py"
