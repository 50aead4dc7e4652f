import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEMPLATE_FOLDER } from '../template.ts';

export default function prepare(): void {
  process.env[TEMPLATE_FOLDER] = mkdtempSync(join(tmpdir(), 'parley-template-'));
}
