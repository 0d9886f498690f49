"""The installation itself: start it, examine it, bring its database to this version."""
