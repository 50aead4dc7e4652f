import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { bootHash, withFirstLoad } from './first-load.ts';

/** Where `npm start` serves the graph while the pages are being worked on here. */
const GATEWAY = 'http://127.0.0.1:4000';

/**
 * Bundles modules that are always needed together into one file, because a slow line pays for each request. A group
 * includes what its modules import, unless an earlier group has it.
 */
const CHUNKS = [
  // Runs before everything else.
  { name: 'start', test: /\/kit\/src\/runtime\/client\/payload\.js$|vite\/preload-helper|rolldown\/runtime/ },
  {
    name: 'front',
    test: /\/kit\/src\/runtime\/client\/client\.js$|\/src\/lib\/users\/Sign(?:In|Up)\.svelte$|\/src\/routes\/\+error\.svelte$/,
  },
  { name: 'chat', test: /\/src\/routes\/\(app\)\/(?:c\/\[id\]\/)?\+(?:layout|page)\.(?:svelte|ts)$/ },
  { name: 'rooms', test: /\/src\/routes\/\(app\)\/(?:knowledge|assistants|notifications|usage)\// },
].map((group, at, all) => ({ ...group, priority: all.length - at }));

export default defineConfig({
  environments: { client: { build: { rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } } } } },
  plugins: [
    tailwindcss(),
    sveltekit({
      adapter: withFirstLoad(adapter({ fallback: '200.html', precompress: true })),
      compilerOptions: { runes: true },
      paths: { relative: false },
      csp: {
        mode: 'hash',
        directives: {
          'default-src': ['self'],
          'script-src': ['self', bootHash()],
          // KaTeX places its glyphs by style attributes, which no hash can cover.
          'style-src': ['self', 'unsafe-inline'],
          'img-src': ['self', 'data:', 'blob:'],
          'font-src': ['self', 'data:'],
          'connect-src': ['self'],
          'object-src': ['none'],
          'base-uri': ['self'],
          'form-action': ['self'],
        },
      },
    }),
  ],
  server: {
    proxy: Object.fromEntries(
      ['/graphql', '/session', '/files', '/health'].map((path) => [
        path,
        { target: GATEWAY, changeOrigin: true, rewriteWsOrigin: true, ws: path === '/graphql', headers: { origin: GATEWAY } },
      ]),
    ),
  },
});
