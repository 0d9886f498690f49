"""Plain values in, text or bytes out."""
