#!/bin/sh
# A backup of the product each day, as `npm run backup` makes it; what is older than KEEP_DAYS goes.
set -eu
while :; do
  to=/backups/$(date -u +%Y-%m-%dT%H-%M-%SZ)
  pause=86400
  # On the first day there is nothing yet when this begins, and a server may be away: neither may cost a whole day.
  node dist/infra/backup/backup.js "$to" || { pause=600; echo "the backup failed; it is tried again in ten minutes" >&2; }
  find /backups -mindepth 1 -maxdepth 1 -type d -mtime +"$KEEP_DAYS" -exec rm -rf {} +
  sleep "$pause"
done
