rule screen:
    input:
        works=rules.dedupe.output.works,
        records=RECORDS,
        journals=PROTOCOL.journals,
        holdings=HOLDINGS,
        decisions=if_there(DECISION_FILES["screening"]),
        plan=plan("screen"),
        code=code("reprise.screen.works"),
    output:
        screening="results/screening.parquet",
        screening_csv="results/screening.csv",
        trouble="results/trouble/screen.csv",
    message:
        "Screening: every work against every criterion"
    script:
        "../scripts/screen.py"
