rule typeset:
    input:
        tables=rules.tabulate.output.tables,
        prisma=rules.tabulate.output.prisma,
        provenance=rules.tabulate.output.provenance,
        manifest=rules.search.output.manifest,
        codebook=PROTOCOL.coding.codebook,
        plan=plan("typeset"),
        code=[*code("reprise.synthesis.typeset"), *code("reprise.synthesis.prose")],
    output:
        tables=[
            f"results/tables/{name}.{format}"
            for name in TABLES
            for format in PROTOCOL.formats.tables
            if format != "csv"
        ],
        methods="results/methods.md",
        summary_en="results/summary.en.md",
        summary_nb="results/summary.nb.md",
        citation="results/CITATION.md",
    message:
        "Typesetting: tables for Word, Excel and LaTeX, methods and summaries"
    script:
        "../scripts/typeset.py"
