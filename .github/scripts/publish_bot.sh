#!/usr/bin/env bash
# Publishes the bot of a stack that has one; the stack itself says so in its output afterDeploy.
#   publish_bot.sh SYSTEM STAGE
set -euo pipefail
outputs="$(pulumi stack output --json --cwd "systems/$1" --stack "$2")"
if jq -e --arg command "tierwise lex publish $1/$2" '.afterDeploy // [] | index($command)' <<< "$outputs" > /dev/null; then
  .venv/bin/tierwise lex publish "$1/$2" --yes
fi
