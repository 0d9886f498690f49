"""What became of each rule of the source documents."""

from __future__ import annotations

from dataclasses import astuple

from starlette.responses import Response

from subsidy.actions.views.policies.covering import WORDS, Covered, coverage_of
from subsidy.console.answers import page
from subsidy.console.doors import Doors
from subsidy.console.language.policy_words import COVERAGE_WORDS
from subsidy.console.policies.asking import asked_choice, asked_words
from subsidy.console.visits import Entering
from subsidy.rules.packs.coverage import load_all_rules, load_coverage

doors = Doors()


@doors.get("/policy/coverage", "policy.coverage")
def show(visit: Entering) -> Response:
    """Rules by source with status, place, clause and quote; narrowed by the address."""
    folders = [root / "policies" for root in reversed(visit.desk.settings.config_folders())]
    rules, rows = load_all_rules(*folders), load_coverage(*folders)
    sources = {rule.source: rule.city for rule in rules}
    categories = dict.fromkeys(rule.category for rule in rules)
    wanted = {
        "status": asked_choice(visit, "status", dict.fromkeys(WORDS)),
        "source": asked_choice(visit, "source", sources),
        "category": asked_choice(visit, "category", categories),
    }
    words = asked_words(visit)

    def keep(rule: Covered) -> bool:
        fits = all(value in ("", getattr(rule, name)) for name, value in wanted.items())
        return fits and words.casefold() in "\n".join(map(str, astuple(rule))).casefold()

    return page(
        visit,
        "policy_coverage.html",
        whole=coverage_of(rules, rows),
        found=coverage_of(rules, rows, keep=keep),
        sources=list(sources),
        categories=list(categories),
        statuses=WORDS,
        said=COVERAGE_WORDS,
        wanted=wanted,
        q=words,
    )
