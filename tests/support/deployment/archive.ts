import { readCompose } from './compose.ts';

/** Returns the archive settings of docker-compose.yml with another folder, so that the deployed command is tested. */
export function archiveSettings(folder: string): string[] {
  const server = readCompose().services.find(({ name }) => name === 'postgres');
  const settings = server!.command!.filter((word) => /^(wal_level|archive_\w+)=/.test(word));
  return settings.map((setting) => setting.replaceAll('/archive/wal', folder));
}
