#!/usr/bin/env bash
# Runs the contract suites, and logs of a gigabyte, on a Ceph object store of its own.
#
#   npm run test:ceph [-- jest options]
#
# Starts the store (installing Debian's packages where they are missing) and stops it in the end. With
# TEST_CEPH_ENDPOINT set, as `cluster.sh start` says, it runs on that one and leaves it running.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ -z "${TEST_CEPH_ENDPOINT-}" ]; then
  folder=$(mktemp -d "${TMPDIR:-/tmp}/ceph.XXXXXX")
  # A start that fails has removed the folder already.
  trap '[ ! -d "$folder" ] || test/ceph/cluster.sh stop "$folder"' EXIT
  test/ceph/cluster.sh start "$folder"
  # shellcheck source=/dev/null
  . "$folder/env"
fi

node --experimental-vm-modules --disable-warning=ExperimentalWarning \
  node_modules/jest/bin/jest.js --config test/ceph/jest.config.js "$@"
