"""Fills JSON templates with generated records, behind API Gateway."""
