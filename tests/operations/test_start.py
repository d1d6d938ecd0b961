"""How commands start: nothing is loaded that they do not use."""

from __future__ import annotations

import subprocess
import sys

from tests.operations.conftest import ROOT


def test_settings_are_read_without_the_sdk() -> None:
    code = "import sys, settings.loader; print(sorted({m.partition('.')[0] for m in sys.modules} & {'pulumi', 'grpc'}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
