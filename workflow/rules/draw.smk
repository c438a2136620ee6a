rule draw:
    input:
        **{name: f"results/tables/{name}.csv" for name in FIGURE_TABLES.values() if name != "prisma"},
        prisma=rules.tabulate.output.prisma,
        provenance=rules.tabulate.output.provenance,
        plan=plan("draw"),
        code=code("reprise.synthesis.figures"),
    output:
        figures=[
            shown(
                f"results/figures/{name}.{format}",
                "prisma" if name == "prisma" else "figure",
                "Figures",
                FIGURES[name].title,
            )
            for name in FIGURES
            for format in PROTOCOL.formats.figures
        ],
    message:
        "Drawing the figures"
    script:
        "../scripts/draw.py"
