"""The only way out: bank file, mail, webhook."""
