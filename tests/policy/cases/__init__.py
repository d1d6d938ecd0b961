"""Compliant and non-compliant stacks for every rule, in the smallest form that says it."""
