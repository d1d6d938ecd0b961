#!/bin/sh
# Roll back: scripts/rollback.sh <environment> [target]
#   environment  dev, staging or prod
#   target       lambda, web, cdn, stack …; the application by default
# SYSTEM names another system than EC2 Manager. What else follows goes to `tierwise rollback`, such as --to or --yes.
set -eu
[ $# -ge 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
cd "$(dirname "$0")/.."
environment=$1
shift
exec "${TIERWISE:-.venv/bin/tierwise}" rollback "${SYSTEM:-ec2-manager}/$environment" "$@"
