"""Pages without log-in: nothing but what is published."""
