rule draw:
    input:
        **{name: f"results/tables/{name}.csv" for name in FIGURES if name in TABLES},
        prisma=rules.tabulate.output.prisma,
        provenance=rules.tabulate.output.provenance,
        code=code("reprise.synthesis.figures"),
    output:
        figures=expand("results/figures/{name}.{format}", name=FIGURES, format=PROTOCOL.formats.figures),
    message:
        "Drawing the figures"
    script:
        "../scripts/draw.py"
