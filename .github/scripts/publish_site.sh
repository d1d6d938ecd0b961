#!/usr/bin/env bash
# Copies a folder of web pages to the stack's site bucket and makes the edge forget the older ones.
#   publish_site.sh SYSTEM STAGE FOLDER
set -euo pipefail
outputs="$(pulumi stack output --json --cwd "systems/$1" --stack "$2")"
bucket="$(jq -er '.buckets.site // .buckets.static // .buckets.web' <<< "$outputs")"
distribution="$(jq -r '.distributionId // empty' <<< "$outputs")"
aws s3 sync --delete --no-follow-symlinks "$3" "s3://$bucket"
if [ -n "$distribution" ]; then
  invalidation="$(aws cloudfront create-invalidation --distribution-id "$distribution" --paths '/*' \
    --query Invalidation.Id --output text)"
  aws cloudfront wait invalidation-completed --distribution-id "$distribution" --id "$invalidation"
fi
