"""Tables, history, ledger and outbox: the only room that talks to the database."""
