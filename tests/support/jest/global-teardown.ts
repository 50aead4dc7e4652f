import { rmSync } from 'node:fs';
import { TEMPLATE_FOLDER } from '../template.ts';

export default function clean(): void {
  rmSync(process.env[TEMPLATE_FOLDER]!, { recursive: true, force: true });
}
