"""The city's rules on a day, each value with its clause; open and chosen ones are marked."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from subsidy.actions.claims import adopt_settings
from subsidy.actions.views.policies.lines import Line
from subsidy.actions.views.policies.sheet import narrowed
from subsidy.console.answers import done_or_refused, page
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.policies.asking import asked_choice, asked_day, asked_words, sheet_of
from subsidy.console.visits import Entering

doors = Doors()
SHOWN: dict[str, Callable[[Line], bool]] = {
    "unset": lambda line: line.is_open,
    "assumed": lambda line: bool(line.assumed),
}


@doors.get("/policy", "policy.show")
def policy(visit: Entering) -> Response:
    """Every value of the city's rules by section, narrowed by words, open or chosen ones."""
    on, words = asked_day(visit), asked_words(visit)
    show = asked_choice(visit, "show", SHOWN)
    whole = sheet_of(visit, visit.city, on)
    sheet = narrowed(whole, lambda line: _is_wanted(line, show, words))
    lines = list(whole.lines)
    return page(
        visit,
        "policy.html",
        sheet=sheet if words or show else whole,
        narrow=bool(words or show),
        on=on,
        q=words,
        show=show,
        unset=sum(line.is_open for line in lines),
        assumed=sum(bool(line.assumed) for line in lines),
        found=sum(_is_wanted(line, show, words) for line in lines),
    )


@doors.post("/policy/adopt", "policy.adopt")
def adopt(visit: Entering) -> Response:
    """Claims that wait for a value take over the settings that the bureau has filled since."""
    with visit.writing() as session:
        outcome = adopt_settings(session, visit.act())
    note = visit.say(N_("Claims that took the settings over: %(n)s.")) % {
        "n": outcome.moved.get("adopted", 0)
    }
    return done_or_refused(visit, outcome, to="/policy", note=note)


def _is_wanted(line: Line, show: str, words: str) -> bool:
    return (show not in SHOWN or SHOWN[show](line)) and words.casefold() in line.text
