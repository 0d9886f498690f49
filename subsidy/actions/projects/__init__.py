"""What is entered for a project after its filing, and what its form asks for."""

from subsidy.actions.projects.form_rows import FormRow, form_rows
from subsidy.actions.projects.recording import record_city_filing, record_standard

__all__ = ["FormRow", "form_rows", "record_city_filing", "record_standard"]
