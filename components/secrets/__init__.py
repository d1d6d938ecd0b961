"""Keys, secrets and parameters, and how programs reach them."""
