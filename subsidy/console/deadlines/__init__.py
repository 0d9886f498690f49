"""The list of deadlines, and reminding by hand."""
