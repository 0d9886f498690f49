"""Public notices in the office: prepared, posted, corrected, objected to, printed."""
