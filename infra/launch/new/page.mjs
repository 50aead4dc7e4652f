import { fill } from './templates.mjs';

/** A page for people who are signed in: its route, a component in a folder of the same name, its link, its picture. */
export function page(forms) {
  const { name, pascal, title } = forms;
  const link = `    { href: '/${name}', label: '${title}', icon: File, here: (path: string) => path.startsWith('/${name}') },\n`;
  return {
    files: {
      [`web/src/routes/(app)/${name}/+page.svelte`]: fill('page.svelte.txt', forms),
      [`web/src/lib/${name}/${pascal}.svelte`]: fill('component.svelte.txt', forms),
    },
    edits: {
      'web/src/lib/shell/Sidebar.svelte': [
        [/(.*import Bot from .*\n)(.*icons\/file'.*\n)?/, `$1  import File from '@lucide/svelte/icons/file';\n`],
        [/(const places = \[\n(?: {4}\{.*\},\n)+)/, `$1${link}`],
      ],
      'tests/web/screens.ts': [
        [/(const NOTIFICATIONS: Screen\[\] = \[\n)/, `$1  { name: '${name}', who: 'ada', path: () => '/${name}' },\n`],
      ],
    },
    left: [
      `web/src/lib/${name}/${pascal}.svelte: the content, with its documents in operations.ts beside it`,
      'tests/web/screens.ts: a screen for each state (loading, empty, failed, filled)',
      'web/src/lib/shell/Sidebar.svelte: another icon, or no link',
      'tests/web/pages.test.ts: what a person does there',
      `npx prettier --write web/src tests/web, then npm run check and npm run screenshots -- ${name}`,
    ],
  };
}
