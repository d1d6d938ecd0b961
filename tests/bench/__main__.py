"""``make bench``: whole processes are timed from outside, the two of a ratio in turn.

A machine whose speed drifts then moves both.
"""

from __future__ import annotations

from tests.bench import operations, policies, preview, sandbox

preview.main()
policies.main()
sandbox.main()
operations.main()
