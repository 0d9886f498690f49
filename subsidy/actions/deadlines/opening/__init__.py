"""Opening and closing the windows that no arrow of the chart opens: of a class, and by a date of a claim."""
