"""A city's rules as people read them: by section, side by side with another city, and covered."""
