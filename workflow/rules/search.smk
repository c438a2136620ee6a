rule search:
    input:
        files=WRITTEN["search"],
        plan=plan("search"),
        code=code("reprise.search.sample"),
    output:
        manifest="results/search_manifest.json",
    message:
        "Listing what is bundled"
    script:
        "../scripts/search.py"
