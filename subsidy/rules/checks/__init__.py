"""The named checks on persons, papers, limits and days; `eligibility.py` puts them in order."""
