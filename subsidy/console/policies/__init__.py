"""The rules as pages: one city on a day, two cities side by side, what became of each rule."""
