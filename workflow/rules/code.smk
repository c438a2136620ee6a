rule code:
    input:
        works=rules.dedupe.output.works,
        screening=rules.screen.output.screening,
        codebook=PROTOCOL.coding.codebook,
        decisions=if_there("data/decisions/coding.csv"),
        plan=plan("code"),
        code=code("reprise.coding.works"),
    output:
        coding="results/coding.parquet",
        coding_csv="results/coding.csv",
    params:
        country_groups=SETTINGS["code"]["country_groups"],
        decisions="data/decisions/coding.csv",
    message:
        "Coding works by country and theme"
    script:
        "../scripts/code.py"
