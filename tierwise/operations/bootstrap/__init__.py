"""``tierwise bootstrap``: what Pulumi needs in an account before its first ``up``, and nothing that a stack makes."""
