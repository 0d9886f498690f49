"""Lists of deadlines, and the deadlines of a class with those of its trainees in groups."""
