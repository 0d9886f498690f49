"""The calendar of one installation: its files in the home, kept live, and the loading of a late notice."""
