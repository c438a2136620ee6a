"""Unpaywall: `/v2/{doi}?email=`, for one work whether and where it is open.

The shape is that of recorded replies (data standard 2, of 2020), the statuses those of its published code.
An unknown DOI is told of in JSON; it has been seen to send HTML instead, for which there is
`Fault("html", "unpaywall", status=404)`.
"""

from __future__ import annotations

import re
from typing import Any

from .corpus import Work, openalex_date, registered_doi
from .corpus import _venue as venue
from .crossref import crossref_type
from .dialect import Page, Refused, Request
from .lookup import Lookup, doi_in, only
from .text import plain

# Addresses out of instructions, which people forget to replace by their own.
_REFUSED = re.compile(r".*example\.com|your_email|email@.*email\.com|your@email\.org|[^@]+", re.IGNORECASE)
_LICENCES = {"gold": "cc-by", "hybrid": "cc-by-nc-nd"}


def unpaywall_record(work: Work) -> dict[str, Any]:
    """Write what Unpaywall says of a work."""
    doi = registered_doi("unpaywall", work)
    name, _, _, publisher = venue(work)
    in_doaj = "doaj" in work["sources"]
    place = None if work["oa"] == "closed" else _place(work, doi, in_doaj)
    issn = work["issn"] or None
    return {
        "best_oa_location": place,
        "data_standard": 2,
        "doi": doi,
        "doi_url": f"https://doi.org/{doi}",
        "genre": crossref_type(work),
        "has_repository_copy": work["oa"] == "green",
        "is_oa": place is not None,
        "is_paratext": False,
        "journal_is_in_doaj": in_doaj,
        "journal_is_oa": in_doaj or work["oa"] == "gold",
        "journal_issn_l": issn,
        "journal_issns": issn,
        "journal_name": name or None,
        "oa_locations": [place] if place else [],
        "oa_status": work["oa"],
        "published_date": openalex_date(work) if work["date"] else None,
        "publisher": publisher,
        "title": plain(work["title"]),
        "updated": _updated(work),
        "year": work["year"],
        "z_authors": [
            {
                "family": author["family"],
                "given": author["given"],
                "sequence": "additional" if rank else "first",
            }
            for rank, author in enumerate(work["authors"])
        ]
        or None,
    }


def _updated(work: Work) -> str:
    return f"{work['created'][:10]}T08:15:00.127712"


def _place(work: Work, doi: str, in_doaj: bool) -> dict[str, Any]:
    """Write where a work is open; every second one as a file."""
    number, kept = work["id"], work["oa"] == "green"
    page = f"https://repository.example/handle/{number}" if kept else f"https://doi.org/{doi}"
    file = f"https://{'repository' if kept else 'kesvora'}.example/pdf/{number}.pdf" if number % 2 else None
    evidence = {
        "green": "oa repository (via OAI-PMH doi match)",
        "hybrid": "open (via page says license)",
        "bronze": "open (via free article)",
    }
    return {
        "endpoint_id": "8c9d8ba370a84253000" if kept else None,
        "evidence": evidence.get(work["oa"], f"oa journal (via {'doaj' if in_doaj else 'publisher name'})"),
        "host_type": "repository" if kept else "publisher",
        "is_best": True,
        "license": _LICENCES.get(work["oa"]),
        "pmh_id": f"oai:repository.example:{number}" if kept else None,
        "repository_institution": "University of Kesvora" if kept else None,
        "updated": _updated(work),
        "url": file or page,
        "url_for_landing_page": page,
        "url_for_pdf": file,
        "version": "acceptedVersion" if kept else "publishedVersion",
    }


class Unpaywall(Lookup):
    """The end point for one DOI."""

    name = "unpaywall"
    makers = {}  # noqa: RUF012 (never changed)
    ascii_only = False

    def asked_doi(self, request: Request) -> str:
        return doi_in(request.path, "/v2/")

    def query(self, request: Request) -> str:
        return self.asked_doi(request)

    def error(self, status: int, message: str) -> dict[str, Any]:
        return {"HTTP_status_code": status, "error": True, "message": message}

    def _refuse(self, status: int, message: str) -> Refused:
        return Refused(status, self.error(status, message))

    def page(self, request: Request) -> Page:
        doi, email = self.asked_doi(request), request.params.get("email", "").strip()
        if not doi:
            raise self._refuse(404, "There is nothing at this address.")
        if not email:
            raise self._refuse(422, "An email address is needed.")
        if _REFUSED.fullmatch(email):
            raise self._refuse(422, "Please send an email address of your own.")
        number = self.number(doi)
        if number is None:
            raise self._refuse(404, f"{doi!r} is no DOI known here.")
        return self.single(number, request, {})

    def record(self, number: int, request: Request) -> dict[str, Any]:
        return unpaywall_record(self.shelf.works[number])

    def body(self, page: Page) -> Any:
        return only(page.records)
