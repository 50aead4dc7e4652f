#!/bin/sh
# Makes and verifies a base backup daily, beside the archived WAL, and deletes those older than KEEP_DAYS.
set -eu
until pg_isready -q -h 127.0.0.1; do sleep 2; done
mkdir -p /archive/base
while :; do
  # Written under a temporary name and renamed when complete, so that a partial backup is never used.
  rm -rf /archive/base/unfinished
  pg_basebackup -h 127.0.0.1 -U "$POSTGRES_USER" -D /archive/base/unfinished -X none --checkpoint=fast
  pg_verifybackup --no-parse-wal /archive/base/unfinished
  mv /archive/base/unfinished "/archive/base/$(date -u +%Y-%m-%dT%H-%M-%SZ)"
  find /archive/base -mindepth 1 -maxdepth 1 -type d -mtime +"$KEEP_DAYS" -exec rm -rf {} +
  # WAL from before the oldest base backup is useless.
  oldest=$(find /archive/base -mindepth 1 -maxdepth 1 -type d | sort | head -n 1)
  pg_archivecleanup -x .gz /archive/wal "$(sed -n 's/^START WAL LOCATION: .*(file \([0-9A-F]*\))$/\1/p' "$oldest/backup_label")"
  sleep 86400
done
