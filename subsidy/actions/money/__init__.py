"""Money: batches built, approved, sent, read back from the bank, paid again; and the books for reading."""

from subsidy.actions.money.answers import LineAnswer
from subsidy.actions.money.approving import approve_batch, dissolve_batch, drop_claims
from subsidy.actions.money.batches import Built, BuiltBatch, build_batches
from subsidy.actions.money.books import (
    BatchView,
    batches,
    ledger_balance,
    ledger_check,
    ledger_entries,
    reconcile,
)
from subsidy.actions.money.instalments import (
    instalments_of,
    order_recovery,
    plan_instalments,
    record_instalment,
)
from subsidy.actions.money.repair import confirm_account, correct_account, follow_up, reissue
from subsidy.actions.money.returns import Booked, SentBatch, answer_line, read_return, sent_batch
from subsidy.actions.money.sending import BankOrder, OrderLine, Sent, record_sent_file, send_batch

__all__ = [
    "BankOrder",
    "BatchView",
    "Booked",
    "Built",
    "BuiltBatch",
    "LineAnswer",
    "OrderLine",
    "Sent",
    "SentBatch",
    "answer_line",
    "approve_batch",
    "batches",
    "build_batches",
    "confirm_account",
    "correct_account",
    "dissolve_batch",
    "drop_claims",
    "follow_up",
    "instalments_of",
    "ledger_balance",
    "ledger_check",
    "ledger_entries",
    "order_recovery",
    "plan_instalments",
    "read_return",
    "reconcile",
    "record_instalment",
    "record_sent_file",
    "reissue",
    "send_batch",
    "sent_batch",
]
