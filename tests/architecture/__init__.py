"""What holds for the whole house: which way imports run, who may touch a date, how long a file may be."""
