rule describe:
    input:
        run=rules.report.output.run,
        read=[CONFIG, PROTOCOL.journals, *if_there(*[f for fs in WRITTEN.values() for f in fs])],
        made=[
            *(f for rule in (rules.collect, rules.dedupe, rules.screen, rules.code) for f in rule.output),
            *rules.tabulate.output,
            *rules.draw.output,
            *rules.typeset.output,
            rules.report.output.report,
        ],
        code=code("reprise.synthesis.research_object"),
    output:
        crate="results/ro-crate-metadata.json",
    message:
        "Describing the run as a research object"
    script:
        "../scripts/describe.py"
