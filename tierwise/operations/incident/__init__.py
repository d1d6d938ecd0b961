"""For bad days: cut a stack off, end everybody's session, replace what may be known to others, erase a person."""
