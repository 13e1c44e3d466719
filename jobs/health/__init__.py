"""What ran, what is wrong here, and what a night would cost."""
