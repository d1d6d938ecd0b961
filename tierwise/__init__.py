"""Tierwise: plans, checks and prices the stacks of this repository without a cloud account."""
