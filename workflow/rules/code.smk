rule code:
    input:
        works=rules.dedupe.output.works,
        screening=rules.screen.output.screening,
        codebook=PROTOCOL.coding.codebook,
        decisions=if_there(DECISION_FILES["coding"]),
        plan=plan("code"),
        code=code("reprise.coding.works"),
    output:
        coding="results/coding.parquet",
        coding_csv="results/coding.csv",
        hits="results/hits.parquet",
        hits_csv="results/hits.csv",
        trouble="results/trouble/code.csv",
    message:
        "Coding works by country and theme"
    script:
        "../scripts/code.py"
