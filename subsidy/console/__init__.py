"""Server-rendered pages and JSON API."""
