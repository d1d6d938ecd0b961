#!/usr/bin/env bash
# Starts a system's containers on this machine, with database and cache, and asks the server for its health.
#   compose_answers.sh FILE URL
set -euo pipefail
trap 'docker compose --file "$1" logs --tail 100; docker compose --file "$1" down --volumes' EXIT
docker compose --file "$1" up --build --wait --wait-timeout 300
curl --fail --silent --show-error --retry 30 --retry-delay 1 --retry-all-errors "$2"
