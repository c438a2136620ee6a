RECORDS = "results/enriched.parquet" if ENRICHES else rules.collect.output.records


rule enrich:
    input:
        records=rules.collect.output.records,
        answers=ANSWERS,
        plan=plan("enrich"),
        code=code("reprise.enrich.stage"),
    output:
        enriched="results/enriched.parquet",
        enriched_csv="results/enriched.csv",
        facts="results/enrichment.csv",
    message:
        "Enriching: facts that records lack"
    script:
        "../scripts/enrich.py"
