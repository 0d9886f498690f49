"""What may happen next to a claim, class, notice, batch or ticket."""
