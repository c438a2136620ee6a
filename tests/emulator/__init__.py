"""An emulator of OpenAlex, ERIC, DOAJ, Europe PMC, Semantic Scholar, Crossref and Unpaywall, on loopback.

It knows nothing of Reprise: what it does is written from the documentation and recorded replies of the
sources, so that a mistake in Reprise's translation of a strategy finds the wrong records here too.
"""

from .corpus import RECORDS, id_in, make_corpus, make_work, record_id
from .faults import VARIANTS, Fault, strange_record
from .server import ERIC_MEASURED, SOURCES, Call, Emulator

__all__ = [
    "ERIC_MEASURED",
    "RECORDS",
    "SOURCES",
    "VARIANTS",
    "Call",
    "Emulator",
    "Fault",
    "id_in",
    "make_corpus",
    "make_work",
    "record_id",
    "strange_record",
]
