"""The working calendar: notices, their files and checks, and what is likely before one is known."""
