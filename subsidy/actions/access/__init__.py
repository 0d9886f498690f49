"""Who may enter: the permission table, accounts and their roles, sessions."""
