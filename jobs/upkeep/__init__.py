"""What keeps the tables of years small, readable and of today's shape: what is due, and doing it."""
