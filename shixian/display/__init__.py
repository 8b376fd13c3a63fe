"""What people are shown of stored cases, as values and lines of words: the same for the command line and the desk."""
