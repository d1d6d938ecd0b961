#!/usr/bin/env bash
# Applies an earlier commit and its release to a stack, from a worktree of its own, with the tools that it was built with.
#   apply_commit.sh SYSTEM STAGE FILE       FILE is what last_good.py printed before the release began
set -euo pipefail
tierwise="$PWD/.venv/bin/tierwise"
{ read -r commit && read -r release; } < "$3"
if [ -z "$commit" ]; then
  echo "$1/$2 has no earlier commit to return to; what the failed one made stays, for a person to look at" >&2
  exit 1
fi
folder="$(mktemp -d)/good"
git="$(git rev-parse --absolute-git-dir)"
git worktree add --detach "$folder" "$commit"
trap 'cd / && git --git-dir="$git" worktree remove --force "$folder"' EXIT
make -C "$folder" setup
cd "$folder"
if [ -n "$release" ]; then
  pulumi config set "$1:release" "$release" --cwd "systems/$1" --stack "$2"
fi
pulumi up --yes --non-interactive --cwd "systems/$1" --stack "$2" --policy-pack ../../policy
"$tierwise" smoke "$1/$2" --yes
