"""Questions asked of the models on held-out specimens, one file each."""
