#!/usr/bin/env bash
# Tells the stack's own topic how a release ended; the run's summary has it in any case.
#   tell.sh SYSTEM STAGE STATUS RUN_URL
set -euo pipefail
text="$1/$2 at ${GITHUB_SHA:0:12}: $3. $4"
echo "$text" >> "$GITHUB_STEP_SUMMARY"
account="$(aws sts get-caller-identity --query Account --output text)"
region="$(pulumi stack output region --cwd "systems/$1" --stack "$2")"
if ! aws sns publish --region "$region" --topic-arn "arn:aws:sns:$region:$account:$1-$2-notifications" \
  --subject "Release of $1/$2: $3" --message "$text" > /dev/null; then
  echo "::notice::$1/$2 has no topic to tell, or the role may not publish to it"
fi
