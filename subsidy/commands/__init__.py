"""Command line, one module per family of commands; imports happen inside functions."""
