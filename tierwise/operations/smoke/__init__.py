"""``tierwise smoke``: whether what runs is what was asked for, and answers as it should."""
