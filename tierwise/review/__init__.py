"""The review of a stack: plan, input checks, policies and cost."""
