"""The JSON API: the same permission table, errors as problem+json."""
