"""``tierwise rollback``: the release before, in minutes, and finished if it was interrupted."""
