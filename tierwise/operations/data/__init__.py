"""Copies of data: taken, listed, restored beside what is there, and rehearsed."""
