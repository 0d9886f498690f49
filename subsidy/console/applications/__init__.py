"""Subsidies that hang on no class: applications, vouchers, the entries of a class."""
