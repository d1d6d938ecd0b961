#!/usr/bin/env bash
# Builds a starter's container and asks it for its health, as a load balancer would.
#   container_answers.sh FOLDER
set -euo pipefail
image="$(docker build --quiet "$1")"
container="$(docker run --detach --read-only --tmpfs /tmp --publish 127.0.0.1:18080:8080 \
  --env SYSTEM=pika --env STAGE=dev --env VERSION=test --env SERVICE_NAME=api-gateway \
  --env "JWT_SECRET=$(openssl rand -hex 32)" "$image")"
trap 'docker logs "$container"; docker rm --force "$container" > /dev/null' EXIT
curl --fail --silent --show-error --retry 30 --retry-delay 1 --retry-all-errors http://127.0.0.1:18080/api/health
