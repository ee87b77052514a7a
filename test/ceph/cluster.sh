#!/usr/bin/env bash
# A single-node Ceph object store, to test on: all of it in memory, under one folder, on loopback.
#
#   test/ceph/cluster.sh start [folder]   starts it (default: in a new temporary folder) and says how to use it
#   test/ceph/cluster.sh stop <folder>    stops just the processes that it started, and removes the folder
#
# It installs Debian's packages where they are missing. Its data is gone once it stops.
set -euo pipefail

BINARIES=(ceph ceph-mon ceph-mgr ceph-osd monmaptool radosgw radosgw-admin)
PACKAGES=(ceph-common ceph-mon ceph-mgr ceph-osd radosgw)
# What the store may hold. Memory is taken only as it fills: the tests need about half.
STORE_BYTES=$((6 * 1024 * 1024 * 1024))
START_SECONDS=${CEPH_START_SECONDS:-120}
ACCESS_KEY=AKIACEPHCONTRACT
SECRET_KEY=only-for-the-tests-on-ceph

say() { printf 'ceph: %s\n' "$*"; }
fail() {
  printf 'ceph: %s\n' "$*" >&2
  exit 1
}

missing_binaries() {
  local name
  for name in "${BINARIES[@]}"; do
    command -v "$name" >/dev/null || printf '%s ' "$name"
  done
}

install_packages() {
  local missing
  missing=$(missing_binaries)
  [ -n "$missing" ] || return 0
  say "not installed: ${missing% }"
  say "installing ${PACKAGES[*]} (64 MB, a minute or two)"
  export DEBIAN_FRONTEND=noninteractive
  if ! { apt-get update && apt-get install -y --no-install-recommends "${PACKAGES[@]}"; } >"$folder/install.log" 2>&1; then
    tail -n 20 "$folder/install.log" >&2
    fail "the packages cannot be installed (above: what apt-get said). It takes Debian 12 and root:" \
      "apt-get install --no-install-recommends ${PACKAGES[*]}"
  fi
  missing=$(missing_binaries)
  [ -z "$missing" ] || fail "still missing after the installation: $missing"
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The first port from $1 on that nobody listens on.
free_port() {
  local port
  for ((port = $1; port < $1 + 200; port++)); do
    answers "$port" || { echo "$port" && return; }
  done
  fail "no free port from $1 to $((port - 1))"
}

write_config() {
  cat >"$folder/ceph.conf" <<CONF
[global]
fsid = $fsid
mon host = v2:127.0.0.1:$mon_port
public addr = 127.0.0.1
cluster addr = 127.0.0.1
run dir = $folder
admin socket = $folder/\$name.asok
log file = $folder/\$name.log
mon cluster log file = $folder/cluster.log
crash dir = $folder
keyring = $folder/keyring
auth cluster required = none
auth service required = none
auth client required = none
# One copy of everything, and few placement groups: what is tested is the interface.
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail warn = 1
mon data avail crit = 1
osd objectstore = memstore
memstore device bytes = $STORE_BYTES
# Room of removed objects is free again within seconds, not hours.
rgw gc obj min wait = 2
rgw gc processor period = 5
rgw gc processor max time = 5
[mon.a]
mon data = $folder/mon
[mgr.x]
mgr data = $folder/mgr
[osd.0]
osd data = $folder/osd
[client.rgw]
rgw data = $folder/rgw
# Its default, an encrypted connection to the monitor, cannot be had without keys.
ms mon client mode = crc
rgw frontends = beast endpoint=127.0.0.1:$rgw_port tcp_nodelay=1
CONF
  : >"$folder/keyring"
  mkdir "$folder"/{mon,mgr,osd,rgw}
}

# Starts a daemon in a session of its own (Ctrl-C is for the tests), and keeps its pid.
launch() {
  local name=$1
  shift
  setsid "$@" -f >"$folder/$name.out" 2>&1 </dev/null &
  echo $! >"$folder/$name.pid"
}

# Waits until the command succeeds; $1 says what is waited for, $2 which daemon must live meanwhile.
wait_for() {
  local what=$1 daemon=$2 pid
  shift 2
  pid=$(cat "$folder/$daemon.pid")
  until "$@" >/dev/null 2>&1; do
    if ! kill -0 "$pid" 2>/dev/null; then
      tail -n 20 "$folder/$daemon.out" >&2
      fail "$daemon ended before $what (above: its last words)"
    fi
    [ "$SECONDS" -lt "$START_SECONDS" ] || fail "gave up after $START_SECONDS s: still no $what"
    sleep 0.2
  done
  say "$what ($SECONDS s)"
}

in_state() { ceph --connect-timeout 5 "$1" stat 2>/dev/null | grep -qE "$2"; }

start() {
  folder=${1:-$(mktemp -d "${TMPDIR:-/tmp}/ceph.XXXXXX")}
  [ -d "$folder" ] && [ -z "$(ls -A "$folder")" ] || fail "$folder is not an empty folder"
  folder=$(cd "$folder" && pwd)
  # The paths of its sockets may have 107 characters.
  [ ${#folder} -le 80 ] || fail "the path of the folder is too long for sockets: $folder"
  started=
  trap '[ -n "$started" ] || stop "$folder"' EXIT

  install_packages
  SECONDS=0
  fsid=$(cat /proc/sys/kernel/random/uuid)
  mon_port=$(free_port 13300)
  rgw_port=$(free_port 7480)
  write_config
  export CEPH_CONF=$folder/ceph.conf
  unset CEPH_ARGS

  monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$mon_port]" "$folder/monmap" >"$folder/mkfs.out" 2>&1
  ceph-mon --mkfs -i a --monmap "$folder/monmap" >>"$folder/mkfs.out" 2>&1
  launch mon ceph-mon -i a
  wait_for 'monitor answers' mon in_state mon quorum
  launch mgr ceph-mgr -i x
  osd_uuid=$(cat /proc/sys/kernel/random/uuid)
  ceph osd new "$osd_uuid" >>"$folder/mkfs.out" 2>&1
  ceph-osd -i 0 --mkfs --osd-uuid "$osd_uuid" >>"$folder/mkfs.out" 2>&1
  launch osd ceph-osd -i 0
  wait_for 'storage daemon is up' osd in_state osd '1 up'
  launch rgw radosgw --name client.rgw
  wait_for "gateway answers on port $rgw_port" rgw answers "$rgw_port"
  radosgw-admin user create --uid contract --display-name Contract \
    --access-key "$ACCESS_KEY" --secret-key "$SECRET_KEY" >"$folder/user.json" 2>"$folder/user.err" ||
    fail "no user could be made: $(tail -n 5 "$folder/user.err")"
  cat >"$folder/env" <<ENV
export TEST_CEPH_ENDPOINT=http://127.0.0.1:$rgw_port
export TEST_CEPH_ACCESS_KEY=$ACCESS_KEY
export TEST_CEPH_SECRET_KEY=$SECRET_KEY
ENV
  started=yes
  say "ready after $SECONDS s, $(radosgw --version | cut -d ' ' -f 1-3), in $folder"
}

# A pid is only signalled while it is still the daemon's of this folder: numbers come round again.
is_ours() {
  local -r environment=/proc/$1/environ
  # It may end between the two looks.
  [ -r "$environment" ] && { tr '\0' '\n' <"$environment"; } 2>/dev/null | grep -qxF "CEPH_CONF=$folder/ceph.conf"
}

stop() {
  folder=$(cd "$1" && pwd)
  local file pid tries
  for file in "$folder"/{rgw,osd,mgr,mon}.pid; do
    [ -f "$file" ] || continue
    pid=$(cat "$file")
    ! is_ours "$pid" || kill "$pid" 2>/dev/null || true
  done
  for file in "$folder"/{rgw,osd,mgr,mon}.pid; do
    [ -f "$file" ] || continue
    pid=$(cat "$file")
    for ((tries = 0; tries < 50; tries++)); do
      is_ours "$pid" || break
      sleep 0.1
    done
    ! is_ours "$pid" || kill -KILL "$pid" 2>/dev/null || true
  done
  rm -rf "$folder"
  say 'stopped'
}

case "${1-}" in
  start)
    start "${2-}"
    say "to test on it:  . $folder/env && npm run test:ceph"
    say "to stop it:     test/ceph/cluster.sh stop $folder"
    ;;
  stop)
    [ -f "${2-}/ceph.conf" ] || fail 'stop needs the folder that start has named'
    stop "$2"
    ;;
  *) fail 'usage: cluster.sh start [folder] | stop <folder>' ;;
esac
