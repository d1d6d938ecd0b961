"""The program: read the stack's settings, build the platform they describe."""

from settings.loader import load

settings = load()

# Imported after the settings, so that a mistake in them is told before any AWS module is loaded.
from components.platform import Platform  # noqa: E402

Platform(settings).export_outputs()
