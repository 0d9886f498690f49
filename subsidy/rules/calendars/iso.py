"""Days as people write them in files and on the command line."""

import re
from datetime import date


def iso_day(text: str) -> date:
    """Return the day written as YYYY-MM-DD; raise ValueError with the remedy otherwise."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        raise ValueError(f"{text!r} is no day; write it as YYYY-MM-DD")
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text} does not exist in the calendar; correct the day") from None
