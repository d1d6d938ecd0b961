"""What Lambda calls. Everything slow happens here, once, before the first request."""

import os

from phoney.entry import create_handler
from phoney.settings import Settings

handler = create_handler(Settings.load(os.environ))
