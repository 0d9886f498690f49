"""Pure decisions: nothing here reads a clock, a database or a setting."""
