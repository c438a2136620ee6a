"""An emulator of OpenAlex, ERIC and DOAJ for tests, on loopback.

It knows nothing of Reprise: what it does is written from the documentation and recorded replies of the
three sources, so that a mistake in Reprise's translation of a strategy finds the wrong records here too.
"""

from .corpus import RECORDS, make_corpus, make_work, record_id
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
    "make_corpus",
    "make_work",
    "record_id",
    "strange_record",
]
