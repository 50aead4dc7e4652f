import { readCompose } from './compose.ts';

/** How docker-compose.yml has PostgreSQL archive its log, with `folder` in the place of its own: what is tested is what runs. */
export function archiveSettings(folder: string): string[] {
  const server = readCompose().services.find(({ name }) => name === 'postgres');
  const settings = server!.command!.filter((word) => /^(wal_level|archive_\w+)=/.test(word));
  return settings.map((setting) => setting.replaceAll('/archive/wal', folder));
}
