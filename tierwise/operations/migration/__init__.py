"""``tierwise migrate``: rows into items of a single table, or items into a newer form; rehearsed before prod."""
