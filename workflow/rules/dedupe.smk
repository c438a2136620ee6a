rule dedupe:
    input:
        records=RECORDS,
        decisions=if_there(DECISION_FILES["duplicates"]),
        plan=plan("dedupe"),
        code=code("reprise.dedupe.stage"),
    output:
        works="results/works.parquet",
        works_csv="results/works.csv",
        duplicates="results/duplicates.parquet",
        duplicates_csv="results/duplicates.csv",
        trouble="results/trouble/dedupe.csv",
    message:
        "Deduplicating: which records are one work"
    script:
        "../scripts/dedupe.py"
