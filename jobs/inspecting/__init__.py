"""How an archive is looked at in slices, in a night or a back-fill: what waits, in which order, written once."""
