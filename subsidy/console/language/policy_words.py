"""How the parts of a policy are called in the two languages: headings, fields, effects, gates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from subsidy.console.language.naming import CODES, WINDOWS, state_name
from subsidy.console.language.track_words import TRACK_WORDS
from subsidy.console.language.words import N_, translations
from subsidy.rules.packs.occupations import SHIPPED, Occupations, load_occupations

SECTIONS: Mapping[str, str] = {
    "documents": N_("Documents"),
    "groups": N_("Who may be trained"),
    "connections": N_("Ties to the place (one is enough)"),
    "categories": N_("Kinds of training"),
    "registers": N_("Registers that are asked"),
    "tracks": N_("Tracks"),
    "road": N_("Road"),
    "payment": N_("Payee and fund"),
    "levels": N_("Review levels and paying office"),
    "money": N_("Subsidy amount"),
    "windows": N_("Time windows"),
    "gates": N_("Conditions"),
    "more": N_("What else holds"),
    "precedence": N_("Which text prevails"),
    "parameters": N_("Values"),
    "routing": N_("Which office for which place"),
}

POLICY_WORDS: Mapping[str, str] = {
    # how a value stands
    "unset": N_("Unset"),
    "assumed": N_("Assumed"),
    "ended": N_("Ended"),
    "road": N_("Road"),
    "yes": N_("yes"),
    "no": N_("no"),
    "value": N_("Value"),
    "source": N_("Source"),
    "meaning": N_("Meaning"),
    "status": N_("Status"),
    "in_force_between": N_("In force"),
    "title": N_("Title"),
    "number": N_("Number"),
    "cited": N_("only cited"),
    "on_day": N_("Day"),
    "left_open": N_("left open by"),
    # ranks of documents
    "national": N_("National"),
    "provincial": N_("Provincial"),
    "rank_city": N_("Of the city"),
    "rank_district": N_("Of the district"),
    "letter": N_("Letter"),
    # fields of entries and tracks
    "unit": N_("Unit of claim"),
    "rule": N_("How it is counted"),
    "amount.rule": N_("How it is counted"),
    "at": N_("When asked"),
    "groups": N_("For"),
    "floor": N_("At least"),
    "key": N_("Compared with"),
    "paper": N_("Paper"),
    "tracks": N_("Tracks"),
    "same_year": N_("In the year of the class"),
    "ends_within_years": N_("Ends within"),
    "later_superior": N_("A later text of a superior office over this one"),
    "this_over_older_local": N_("This text over older local ones"),
    "settled": N_("Has to be decided first"),
    "needs": N_("Only with"),
    "found": N_("If found"),
    "not_found": N_("If not found"),
    "mismatch": N_("If it does not match"),
    "code": N_("Number of the exception"),
    "begins": N_("Begins"),
    "at_end": N_("At its end"),
    "notice_name_shown.surname": N_("Surname only"),
    "notice_name_shown.full": N_("Name in full"),
    "remind_at": N_("Reminders, days before"),
    "escalate_at": N_("One desk higher, days after"),
    "first_day_counts": N_("First day counts"),
    "before": N_("Counted back from"),
    "after": N_("Counted from"),
    "needs_proof": N_("Needs proof"),
    "free_of_charge": N_("Free of charge"),
    "place_exempt": N_("Needs no tie to the place"),
    "within_years": N_("Within"),
    "needs_certificate": N_("Needs a certificate"),
    "certificate_kinds": N_("Kinds of certificates"),
    "counts_towards_limits": N_("Counts towards the yearly limit"),
    "kind": N_("Kind of claim"),
    "governing_document": N_("Ruled by"),
    "of_tracks": N_("Hangs on"),
    "through": N_("Claims come"),
    "place_test": N_("Asks for a tie to the place"),
    "group_test": N_("Asks for a group"),
    "only_groups": N_("Only for"),
    "own_limit": N_("Limit of its own"),
    "excludes": N_("Not together with"),
    "asks": N_("Has to be stated"),
    "times": N_("Counted by"),
    "uplift": N_("Uplift"),
    "heads_by": N_("Heads that count"),
    "never_above_filed": N_("Never above what was filed"),
    "of": N_("Share of"),
    "by": N_("Rate chosen by"),
    # what they say
    "refuse": N_("Is refused"),
    "hold": N_("Is held"),
    "warn": N_("Warning"),
    "pass": N_("Passes"),
    "filing": N_("at the filing"),
    "claim": N_("at the claim"),
    "certificate": N_("a certificate"),
    "remind": N_("reminder"),
    "ticket": N_("ticket"),
    "block": N_("blocks"),
    "lapse": N_("claim lapses"),
    "leader": N_("leader is told"),
    "per_attended_day": N_("for each attended day"),
    "by_level": N_("by level of the certificate"),
    "certificate_kinds.pass": N_("pass certificate"),
    "qualification": N_("vocational qualification"),
    "skill_level": N_("skill level"),
    "special_ability": N_("special ability"),
    "special_operation": N_("special operation"),
    "person_month": N_("per person and month"),
    "person_year": N_("per person and year"),
    "pair": N_("per pair"),
    "rate": N_("a fixed rate"),
    "actual_cost": N_("the actual cost"),
    "purchases": N_("what was bought"),
    "through.class": N_("with a class"),
    "through.file": N_("by an application of their own"),
    "attended_day": N_("attended day"),
    "training_day": N_("day of training"),
    "times.month": N_("month"),
    "times.year": N_("year"),
    "module": N_("module"),
    "planned": N_("planned heads"),
    "heads_by.finished": N_("who finished"),
    "theory": N_("who passed the theory"),
    "practice": N_("who passed the practice"),
    "heads_by.certificate": N_("who hold the certificate"),
    "by.level": N_("level"),
    "by.course": N_("course"),
    "by.learner": N_("kind of apprentice"),
    "by.award": N_("award"),
    "by.facility": N_("kind of facility"),
    "applies": N_("applies"),
    "uplift.leader": N_("a leader decides above the amount"),
    "unit_hour": N_("hours"),
    "unit_working_day": N_("working days"),
    "host": N_("Host of the competition"),
    # days from which windows count
    "notice_posted": N_("Day the notice was posted"),
    "objected_on": N_("Day of the objection"),
    "correction_asked": N_("Day of the request for correction"),
    "filed_on": N_("Day of the filing"),
    "reviewed_on": N_("Day of the review"),
    "approved_on": N_("Day of the approval"),
    "notice_ended": N_("End of the notice"),
    "returned_on": N_("Day the bank returned it"),
    "recovery_ordered": N_("Day the recovery was ordered"),
    "instalment_agreed": N_("Day the instalments were agreed"),
}
"""Words of policies; what is missing here is looked up among the codes, else shown as it stands."""

COVERAGE_WORDS: Mapping[str, str] = {
    "encoded": N_("Encoded"),
    "manual": N_("Done by a person"),
    "reported": N_("Reported"),
    "not_applicable": N_("Does not apply"),
    "missing": N_("No answer yet"),
    "eligibility": N_("Eligibility"),
    "target": N_("Targets"),
    "rate": N_("Rates"),
    "supervision": N_("Supervision"),
    "funding": N_("Funds"),
    "workflow": N_("Procedure"),
    "cap": N_("Caps"),
    "policy-meta": N_("The document itself"),
    "institution": N_("Training bodies"),
    "category": N_("Kinds of training"),
    "catalogue": N_("Catalogue"),
    "reporting": N_("Reports"),
    "payment": N_("Payment"),
    "data": N_("Data"),
    "form": N_("Forms"),
    "disclosure": N_("Publication"),
    "precedence": N_("Precedence"),
    "routing": N_("Responsible office"),
    "role": N_("Roles"),
}

VERDICTS: Mapping[str, str] = {
    "differs": N_("Differs"),
    "only_left": N_("Only on the left"),
    "only_right": N_("Only on the right"),
    "both_open": N_("Both unset"),
    "same": N_("The same"),
}


def policy_word(code: str, field: str = "", *, language: str) -> str:
    """A code of a policy in words; `field` is where it stands, for codes with several meanings.

    A code may carry its field itself: `gates.level` is not the level of a certificate.
    """
    plain = code.rpartition(".")[2]
    for table in (POLICY_WORDS, TRACK_WORDS, WINDOWS, CODES):
        for name in (f"{field}.{code}", code, plain):
            if name in table:
                return translations(language).gettext(table[name])
    trade = _occupations().get(code)
    if trade is not None:
        return trade.name_zh if language == "zh_CN" else trade.name_en
    return state_name("claim", plain, language)


@cache
def _occupations() -> Occupations:
    """The shipped occupations; a city may name some of them in a list."""
    return load_occupations(SHIPPED)


def section_word(code: str, *, language: str) -> str:
    """The heading of a part of a policy."""
    return translations(language).gettext(SECTIONS.get(code, code))
