"""Outside registers: answers taken in, extracts loaded, and the one way to ask either."""

from subsidy.actions.registers.answers import record_answers, record_line_answers
from subsidy.actions.registers.asking import Question, Register, ask_for, open_claims
from subsidy.actions.registers.extracts import (
    ExtractRegister,
    RegisterStatus,
    load_extract,
    register_states,
)
from subsidy.actions.registers.rounds import ask_round, extracts_of

__all__ = [
    "ExtractRegister",
    "Question",
    "Register",
    "RegisterStatus",
    "ask_for",
    "ask_round",
    "extracts_of",
    "load_extract",
    "open_claims",
    "record_answers",
    "record_line_answers",
    "register_states",
]
