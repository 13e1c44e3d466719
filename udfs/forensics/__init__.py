"""What a file and its pixels show, signal by signal."""
