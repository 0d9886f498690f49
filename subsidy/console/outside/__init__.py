"""Pages about what comes from outside: payments of older years and of other places."""
