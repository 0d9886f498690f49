"""The command families of notices, payment and the ledger."""
