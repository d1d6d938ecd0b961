#!/usr/bin/env bash
# Applies an earlier commit to a stack, from a worktree of its own, with the tools that it was built with.
#   apply_commit.sh SYSTEM STAGE COMMIT
set -euo pipefail
if [ -z "$3" ]; then
  echo "$1/$2 has no earlier commit to return to; what the failed one made stays, for a person to look at" >&2
  exit 1
fi
folder="$(mktemp -d)/good"
git worktree add --detach "$folder" "$3"
trap 'git worktree remove --force "$folder"' EXIT
make -C "$folder" setup
(cd "$folder" && pulumi up --yes --non-interactive --cwd "systems/$1" --stack "$2" --policy-pack ../../policy)
.venv/bin/tierwise smoke "$1/$2" --yes
