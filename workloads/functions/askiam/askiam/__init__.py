"""AskIAM's starter functions: enough to decide a request from end to end; replace them by naming another archive."""
