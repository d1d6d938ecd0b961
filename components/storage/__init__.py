"""Buckets: who may reach them and where they are copied to."""
