"""The facts that a decision rests on. Plain frozen values: no names, no ID numbers, no accounts."""

from subsidy.rules.facts.case import (
    FACTS,
    Facts,
    Override,
    anchor_days,
    facts_from_json,
    facts_schema,
)
from subsidy.rules.facts.people import (
    Answer,
    ClaimStatus,
    Connection,
    GroupProof,
    HeadFacts,
    PastClaim,
    PersonFacts,
    RegisterAnswer,
)
from subsidy.rules.facts.stated import (
    STATED,
    Acceptance,
    FirstCheck,
    Instrument,
    Stated,
    SystemRecord,
    stated_schema,
)
from subsidy.rules.facts.training import (
    Agreement,
    CertificateFacts,
    Level,
    ProjectFacts,
    TrainingFacts,
    Uplift,
)

__all__ = [
    "FACTS",
    "STATED",
    "Acceptance",
    "Agreement",
    "Answer",
    "CertificateFacts",
    "ClaimStatus",
    "Connection",
    "Facts",
    "FirstCheck",
    "GroupProof",
    "HeadFacts",
    "Instrument",
    "Level",
    "Override",
    "PastClaim",
    "PersonFacts",
    "ProjectFacts",
    "RegisterAnswer",
    "Stated",
    "SystemRecord",
    "TrainingFacts",
    "Uplift",
    "anchor_days",
    "facts_from_json",
    "facts_schema",
    "stated_schema",
]
