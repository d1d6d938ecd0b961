#!/usr/bin/env bash
# Hands a SARIF file to code scanning. https://docs.github.com/en/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data
#   upload_alerts.sh FILE COMMIT REF
set -euo pipefail
gzip -c "$1" | base64 -w0 > upload.txt
jq -n --arg commit "$2" --arg ref "$3" --rawfile sarif upload.txt \
  '{commit_sha: $commit, ref: $ref, sarif: $sarif, tool_name: "tierwise"}' > upload.json
gh api --method POST "repos/$REPOSITORY/code-scanning/sarifs" --input upload.json --silent
