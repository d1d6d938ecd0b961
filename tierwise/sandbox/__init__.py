"""A sandbox AWS: a Pulumi provider whose cloud is one SQLite file, so that the real engine runs with no account."""
