import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

/** Where `npm start` serves the graph while the pages are being worked on here. */
const GATEWAY = 'http://127.0.0.1:4000';

export default defineConfig({
  plugins: [
    tailwindcss(),
    sveltekit({
      adapter: adapter({ fallback: '200.html', precompress: true }),
      compilerOptions: { runes: true },
      paths: { relative: false },
      csp: {
        mode: 'hash',
        directives: {
          'default-src': ['self'],
          'script-src': ['self'],
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
