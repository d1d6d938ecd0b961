#!/usr/bin/env bash
# Asks the advisory databases about every locked dependency: the project's, and those of each workload.
# Strict: a dependency that could not be looked up fails the audit instead of passing unseen.
set -euo pipefail
locked="$(mktemp)"
trap 'rm -f "$locked"' EXIT
"$BIN/uv" export --quiet --frozen --no-emit-project --all-groups --output-file "$locked" > /dev/null
"$BIN/pip-audit" --strict --progress-spinner off --require-hashes --disable-pip --requirement "$locked"
while IFS= read -r requirements; do
  "$BIN/pip-audit" --strict --progress-spinner off --requirement "$requirements"
done < <(find workloads -name requirements.txt -not -path '*/node_modules/*')
while IFS= read -r lock; do
  npm --prefix "$(dirname "$lock")" audit --omit=dev --audit-level=high
done < <(find workloads -name package-lock.json -not -path '*/node_modules/*')
