"""The JSON API: the same permission table, errors as problem+json."""

from subsidy.console.api import claims, decide, tickets

API = (claims.doors, tickets.doors, decide.doors)
