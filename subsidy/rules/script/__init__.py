"""Traditional and simplified characters: one meaning, two ways of writing."""

from subsidy.rules.script.simplifying import same_words, simplified

__all__ = ["same_words", "simplified"]
