"""Lambda functions: what runs, where, how many at once, and how a new version takes over."""
