"""What texts and vectors are searched in."""
