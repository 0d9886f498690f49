"""What actions rest on: findings that refuse them, who may act, ticket rows, facts and letters."""
