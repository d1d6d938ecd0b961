"""``tierwise drift``: whether AWS still is what the program says."""
