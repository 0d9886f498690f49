"""Letters inside the office: open values, a holiday notice that is missed, what the runs of a day did."""

from __future__ import annotations

from subsidy.actions.messages.source import Source, Values
from subsidy.rules.policy import Value


def policy_gap(source: Source) -> Values:
    """The open value with the clause that leaves it open; how many wait is carried by the row."""
    key = str(source.given.get("key", ""))
    dated = source.act.pack.dated.get(key)
    value: Value | None = dated.on(source.on) if dated is not None else None
    return _head(source) | {
        "city": source.city_area.name,
        "key": key,
        "means": dated.means if dated is not None else key,
        "clause": (value.clause or value.why) if value is not None else "",
        "document": source.document(value.document) if value is not None else "",
    }


def calendar_missing(source: Source) -> Values:
    """Which year's holiday notice is missed, carried by the row, and where it is loaded."""
    where = f"{source.public_url}/calendar"
    return _head(source) | {"city": source.city_area.name, "where": where}


def run_report(source: Source) -> Values:
    """Counts of the day's runs, carried by the row."""
    where = f"{source.public_url}/runs?city={source.row.city}"
    return _head(source) | {
        "city": source.city_area.name,
        "business_date": source.on,
        "where": where,
    }


def _head(source: Source) -> Values:
    office = source.office(source.city_area)
    return {"office": office.name, "office_phone": office.phone}
