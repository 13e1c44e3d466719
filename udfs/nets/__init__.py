"""The small nets, their shipped weights and how they are opened."""
