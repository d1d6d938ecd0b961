"""What people talk to."""
