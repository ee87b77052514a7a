#!/usr/bin/env bash
# Runs the commands of the documents against the real application, installing Debian's packages where they are missing.
#
#   npm run test:docs [-- jest options]
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v curl >/dev/null || ! command -v jq >/dev/null || ! command -v openssl >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get install -q -y --no-install-recommends curl jq openssl
fi

node --experimental-vm-modules --disable-warning=ExperimentalWarning \
  node_modules/jest/bin/jest.js --config test/docs/jest.config.js "$@"
