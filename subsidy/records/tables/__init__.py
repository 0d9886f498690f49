"""Every table. Importing this module makes the metadata complete, for migrations and tests."""

from states.chart import FAR
from subsidy.records.tables.access import (
    Account,
    CalendarLoad,
    FlowReport,
    Grant,
    ImportedFile,
    LoginSession,
    Setting,
)
from subsidy.records.tables.catalogue import Agreement, CatalogueItem, Provider
from subsidy.records.tables.claims import (
    Application,
    ApplicationLine,
    Claim,
    ClaimClosed,
    ClaimProgress,
    Decision,
    Entitlement,
    Instrument,
    ReviewAct,
)
from subsidy.records.tables.classes import (
    Assessment,
    Attendance,
    Certificate,
    ClassChange,
    Enrolment,
    TrainingClass,
    UpliftApproval,
)
from subsidy.records.tables.deadlines import ClockEntry, Deadline
from subsidy.records.tables.history import ClaimHistory, Seal, SubjectHistory, SweepWindow
from subsidy.records.tables.money import (
    BankFile,
    LedgerEntry,
    PaymentBatch,
    PaymentItem,
    PaymentLine,
    RecoveryInstalment,
)
from subsidy.records.tables.notices import NoticeLine, Objection, Outbox, PublicNotice
from subsidy.records.tables.people import (
    CrossCityCheck,
    FullView,
    GroupEvidence,
    PastSubsidy,
    Person,
    RegisterAnswer,
    RegisterEntry,
    RegisterExtract,
)
from subsidy.records.tables.places import Area, PackVersion, Road, WindowRule
from subsidy.records.tables.tickets import Ticket
from subsidy.records.tables.types import METADATA

__all__ = [
    "FAR",
    "METADATA",
    "Account",
    "Agreement",
    "Application",
    "ApplicationLine",
    "Area",
    "Assessment",
    "Attendance",
    "BankFile",
    "CalendarLoad",
    "CatalogueItem",
    "Certificate",
    "Claim",
    "ClaimClosed",
    "ClaimHistory",
    "ClaimProgress",
    "ClassChange",
    "ClockEntry",
    "CrossCityCheck",
    "Deadline",
    "Decision",
    "Enrolment",
    "Entitlement",
    "FlowReport",
    "FullView",
    "Grant",
    "GroupEvidence",
    "ImportedFile",
    "Instrument",
    "LedgerEntry",
    "LoginSession",
    "NoticeLine",
    "Objection",
    "Outbox",
    "PackVersion",
    "PastSubsidy",
    "PaymentBatch",
    "PaymentItem",
    "PaymentLine",
    "Person",
    "Provider",
    "PublicNotice",
    "RecoveryInstalment",
    "RegisterAnswer",
    "RegisterEntry",
    "RegisterExtract",
    "ReviewAct",
    "Road",
    "Seal",
    "Setting",
    "SubjectHistory",
    "SweepWindow",
    "Ticket",
    "TrainingClass",
    "UpliftApproval",
    "WindowRule",
]
