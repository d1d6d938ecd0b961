#!/usr/bin/env bash
# Opens a pull request with a renewed price book, or renews the one that is open.
#   propose_prices.sh PATCH TEXT
set -euo pipefail
if [ ! -s "$1" ]; then
  echo "no price has changed" >> "$GITHUB_STEP_SUMMARY"
  exit 0
fi
# The job that read the prices has other rights than this one: whatever else its patch would touch is refused.
git apply --include='policy/guardrails/cost/prices/*' --index "$1"
git config user.name "github-actions[bot]"
git config user.email "41898282+github-actions[bot]@users.noreply.github.com"
git switch --create prices/refresh
git commit --quiet --message "Renew the price book" --message "Read from the AWS Price List API."
git -c "http.extraheader=AUTHORIZATION: basic $(printf 'x-access-token:%s' "$GH_TOKEN" | base64 -w0)" \
  push --force origin prices/refresh
{
  echo "Read from the AWS Price List API. The preview on this pull request shows what it does to each stack."
  echo
  echo '```text'
  head -c 50000 "$2" | tr -d '`'
  echo '```'
} > body.md
if [ -n "$(gh pr list --head prices/refresh --state open --json number --jq '.[].number')" ]; then
  gh pr edit prices/refresh --body-file body.md
else
  gh pr create --head prices/refresh --title "Renew the price book" --body-file body.md
fi
