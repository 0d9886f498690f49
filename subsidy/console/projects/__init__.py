"""Projects of the catalogue: filed, examined, listed, kept up."""
