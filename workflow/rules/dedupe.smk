rule dedupe:
    input:
        records=rules.collect.output.records,
        decisions=if_there("data/decisions/duplicates.csv"),
        plan=plan("dedupe"),
        code=code("reprise.dedupe.stage"),
    output:
        works="results/works.parquet",
        works_csv="results/works.csv",
        duplicates="results/duplicates.parquet",
        duplicates_csv="results/duplicates.csv",
    params:
        order=SETTINGS["dedupe"]["order"],
        decisions="data/decisions/duplicates.csv",
    message:
        "Deduplicating: which records are one work"
    script:
        "../scripts/dedupe.py"
