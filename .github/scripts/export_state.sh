#!/usr/bin/env bash
# Copies a stack's state to a bucket, encrypted by its key; the bucket keeps the versions before.
#   export_state.sh SYSTEM STAGE s3://BUCKET[/PREFIX]
set -euo pipefail
file="$(mktemp)"
trap 'rm -f "$file"' EXIT
bucket="${3#s3://}"
bucket="${bucket%%/*}"
if [ "$(aws s3api get-bucket-versioning --bucket "$bucket" --query Status --output text)" != Enabled ]; then
  echo "$bucket  is not versioned: a bad export would replace a good one" >&2
  exit 1
fi
pulumi stack export --cwd "systems/$1" --stack "$2" --file "$file"
aws s3 cp --only-show-errors --sse aws:kms "$file" "${3%/}/$1/$2.json"
