"""Planned training figures of a city: `config/quotas/<city>.yaml`, read, checked and never added up."""

from subsidy.rules.packs.quotas.loading import check_quotas, load_quotas
from subsidy.rules.packs.quotas.tables import Column, OverlapError, QuotaRow, Quotas, Series

__all__ = [
    "Column",
    "OverlapError",
    "QuotaRow",
    "Quotas",
    "Series",
    "check_quotas",
    "load_quotas",
]
