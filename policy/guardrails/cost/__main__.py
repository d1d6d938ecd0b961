"""Renews the generated part of this package's README: ``python -m guardrails.cost`` from the policy folder."""

from __future__ import annotations

from pathlib import Path

from guardrails.cost.reference import updated

readme = Path(__file__).parent / "README.md"
readme.write_text(updated(readme.read_text(encoding="utf-8")), encoding="utf-8")
