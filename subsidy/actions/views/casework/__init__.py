"""A claim at the desk: lists, the review queue, what may be done, what is on file."""
