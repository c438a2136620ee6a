rule search:
    input:
        files=WRITTEN["search"],
        plan=plan("search"),
        code=code(f"reprise.search.{PROTOCOL.mode}"),
    output:
        manifest=MANIFEST,
    message:
        {"sample": "Listing what is bundled", "live": "Searching: what is not frozen yet"}[PROTOCOL.mode]
    script:
        f"../scripts/search_{PROTOCOL.mode}.py"
