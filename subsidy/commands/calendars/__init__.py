"""`subsidy calendar load`."""
