"""The parts of a platform, one module for each kind of thing; each makes what the settings ask for."""
