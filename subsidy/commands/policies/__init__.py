"""`subsidy policy`: what two versions of a pack say differently, and moving claims between them."""
