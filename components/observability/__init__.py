"""Alarms, dashboards, queries, and who hears of it."""
