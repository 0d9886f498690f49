"""The parts of the sweep over deadlines, set-based: a batch is a few statements, however large."""
