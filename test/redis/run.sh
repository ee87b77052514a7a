#!/usr/bin/env bash
# Runs what several instances share on a real Redis, installing Debian's package where it is missing.
#
#   npm run test:redis [-- jest options]
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v redis-server >/dev/null || ! command -v openssl >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  # Its service is not wanted: the tests start servers of their own, on ports of their own.
  apt-get install -q -y --no-install-recommends redis-server openssl
fi

node --experimental-vm-modules --disable-warning=ExperimentalWarning \
  node_modules/jest/bin/jest.js --config test/redis/jest.config.js "$@"
