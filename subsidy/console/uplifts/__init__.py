"""The higher rate for firms hit by trade friction."""
