"""From a file of a drop folder to typed rows, each taken or refused with a reason."""
