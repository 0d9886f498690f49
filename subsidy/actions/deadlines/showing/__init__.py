"""Deadlines as people see them: the full record, its days drawn, and what follows from other rows."""
