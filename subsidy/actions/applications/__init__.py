"""Applications that hang on no class: units and authorities apply for persons, programmes, periods."""

from subsidy.actions.applications.allowances import claim_allowances
from subsidy.actions.applications.forms import ApplicationForm
from subsidy.actions.applications.lists import in_codes
from subsidy.actions.applications.lodging import Lodged, lodge
from subsidy.actions.applications.moving import (
    apply_for,
    claims_of_application,
    drop_out,
    finish,
    record_results,
    register_line_certificates,
)
from subsidy.actions.applications.supplying import accept, check_first, supply, supply_class
from subsidy.actions.applications.vouchers import InstrumentForm, issue_instrument, redeem

__all__ = [
    "ApplicationForm",
    "InstrumentForm",
    "Lodged",
    "accept",
    "apply_for",
    "check_first",
    "claim_allowances",
    "claims_of_application",
    "drop_out",
    "finish",
    "in_codes",
    "issue_instrument",
    "lodge",
    "record_results",
    "redeem",
    "register_line_certificates",
    "supply",
    "supply_class",
]
