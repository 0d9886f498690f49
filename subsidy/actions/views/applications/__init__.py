"""Applications that hang on no class, as pages and commands show them."""

from subsidy.actions.views.applications.class_entries import ClassEntries, class_entries
from subsidy.actions.views.applications.pages import (
    ApplicationFilter,
    ApplicationRow,
    ApplicationView,
    Voucher,
    application_id_of,
    application_page,
    application_view,
    vouchers,
)
from subsidy.actions.views.applications.persons import (
    Entry,
    PersonLine,
    entries_shown,
    of_claim,
    persons_of,
)

__all__ = [
    "ApplicationFilter",
    "ApplicationRow",
    "ApplicationView",
    "ClassEntries",
    "Entry",
    "PersonLine",
    "Voucher",
    "application_id_of",
    "application_page",
    "application_view",
    "class_entries",
    "entries_shown",
    "of_claim",
    "persons_of",
    "vouchers",
]
