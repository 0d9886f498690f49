"""How a policy pack is read: the file format, its faults, its dated values."""
