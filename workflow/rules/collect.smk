rule collect:
    input:
        manifest=rules.search.output.manifest,
        files=rules.search.input.files,
        code=code("reprise.collect"),
    output:
        records="results/records.parquet",
        records_csv="results/records.csv",
        log="results/import_log.csv",
        problems="results/import_problems.csv",
    message:
        "Collecting: a record for every row of every source"
    script:
        "../scripts/collect.py"
