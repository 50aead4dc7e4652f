#!/bin/sh
# Runs `npm run backup` daily, and deletes backups older than KEEP_DAYS.
set -eu
folder=${BACKUPS:-/backups}
while :; do
  if node dist/infra/backup/backup.js "$folder/$(date -u +%Y-%m-%dT%H-%M-%SZ)"; then
    pause=86400
    # Deletes old backups only after a success, so that failures never remove the last good ones.
    find "$folder" -mindepth 1 -maxdepth 1 -type d -mtime +"$KEEP_DAYS" -exec rm -rf {} +
  else
    # Retries soon: at the first start there is no data yet, and a server may be unavailable; neither may delay the backup by a day.
    pause=600
    echo "the backup failed; it is tried again in ten minutes" >&2
  fi
  sleep "$pause"
done
