#!/bin/sh
# A backup of the product each day, as `npm run backup` makes it; what is older than KEEP_DAYS goes.
set -eu
while :; do
  to=/backups/$(date -u +%Y-%m-%dT%H-%M-%SZ)
  node dist/infra/backup/backup.js "$to" || echo "the backup failed; the next follows in a day" >&2
  find /backups -mindepth 1 -maxdepth 1 -type d -mtime +"$KEEP_DAYS" -exec rm -rf {} +
  sleep 86400
done
