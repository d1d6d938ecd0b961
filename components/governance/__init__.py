"""Budgets, audit, and what an account has once."""
