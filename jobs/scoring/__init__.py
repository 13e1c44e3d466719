"""What score and profile work with: submissions, rarity, standings, patterns of payments, changes."""
