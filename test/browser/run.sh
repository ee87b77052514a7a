#!/usr/bin/env bash
# Runs the page in Debian's Chromium against the built service, installing what is missing.
#
#   npm run test:browser [-- jest options]
#
# With TEST_SCREENSHOTS_DIR naming a folder, the screenshots are kept there.
set -euo pipefail
cd "$(dirname "$0")/../.."

missing=()
[ -x /usr/bin/chromium ] || missing+=(chromium)
# Without a font there is nothing to see, and nothing to measure.
[ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || missing+=(fonts-dejavu-core)
if [ ${#missing[@]} -gt 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get install -q -y --no-install-recommends "${missing[@]}"
fi

node --experimental-vm-modules --disable-warning=ExperimentalWarning \
  node_modules/jest/bin/jest.js --config test/browser/jest.config.js "$@"
