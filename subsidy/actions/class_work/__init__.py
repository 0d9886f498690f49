"""What the actions on classes and their lists share: facts, verdicts on rows, moves of a whole class."""
