"""Payment files to the bank or the treasury, and their answers."""

from subsidy.papers.bank_file.answer import (
    Expected,
    ReturnFile,
    ReturnLine,
    read_return,
    write_return,
)
from subsidy.papers.bank_file.layouts import Layout, LayoutError, Outcome, bank_layout
from subsidy.papers.bank_file.payment import (
    BankFileError,
    Batch,
    LineFault,
    PaymentFile,
    PaymentLine,
    check_lines,
    digest_of,
    write,
)

__all__ = [
    "BankFileError",
    "Batch",
    "Expected",
    "Layout",
    "LayoutError",
    "LineFault",
    "Outcome",
    "PaymentFile",
    "PaymentLine",
    "ReturnFile",
    "ReturnLine",
    "bank_layout",
    "check_lines",
    "digest_of",
    "read_return",
    "write",
    "write_return",
]
