"""``tierwise db-bootstrap`` and ``db-dump``: what a database needs and AWS has no resource for, and a copy."""
