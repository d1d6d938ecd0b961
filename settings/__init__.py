"""Typed configuration of a system: sections, tier profiles, layers, and errors that say where and what."""
