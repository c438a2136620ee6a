"""Which table each figure is drawn from; a module of its own, as a rule that asks needs no matplotlib."""

FIGURE_TABLES = {
    "prisma": "prisma",
    "years": "years",
    "countries": "countries",
    "country_map": "country_counts",
    "themes": "themes",
    "themes_by_country": "themes_by_country",
    "themes_over_time": "themes_by_year",
    "theme_cooccurrence": "theme_cooccurrence",
    "source_overlap": "source_sets",
}
