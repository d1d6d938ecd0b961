"""Databases, tables and caches."""
