"""What people and flows can do, grouped by the words of the trade."""
