"""Commands of the clerk's daily work: claims, tickets, deadlines."""
