#!/bin/sh
# A backup of the product each day, as `npm run backup` makes it; what is older than KEEP_DAYS goes.
set -eu
folder=${BACKUPS:-/backups}
while :; do
  if node dist/infra/backup/backup.js "$folder/$(date -u +%Y-%m-%dT%H-%M-%SZ)"; then
    pause=86400
    # Only now: while every backup fails, the last good ones must not go.
    find "$folder" -mindepth 1 -maxdepth 1 -type d -mtime +"$KEEP_DAYS" -exec rm -rf {} +
  else
    # On the first day there is nothing yet when this begins, and a server may be away: neither may cost a whole day.
    pause=600
    echo "the backup failed; it is tried again in ten minutes" >&2
  fi
  sleep "$pause"
done
