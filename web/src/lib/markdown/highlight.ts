import type { LanguageFn } from 'highlight.js';

/** Leaves long code and code with extremely long lines in one colour, because grammars backtrack within lines. */
const LONGEST = 30_000;
const LONGEST_LINE = /[^\n]{2000}/;

const LANGUAGES: Record<string, () => Promise<{ default: LanguageFn }>> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  diff: () => import('highlight.js/lib/languages/diff'),
  dockerfile: () => import('highlight.js/lib/languages/dockerfile'),
  go: () => import('highlight.js/lib/languages/go'),
  graphql: () => import('highlight.js/lib/languages/graphql'),
  ini: () => import('highlight.js/lib/languages/ini'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  kotlin: () => import('highlight.js/lib/languages/kotlin'),
  markdown: () => import('highlight.js/lib/languages/markdown'),
  php: () => import('highlight.js/lib/languages/php'),
  python: () => import('highlight.js/lib/languages/python'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  sql: () => import('highlight.js/lib/languages/sql'),
  swift: () => import('highlight.js/lib/languages/swift'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
};

const ALSO: Record<string, string> = {
  ...{
    sh: 'bash',
    shell: 'bash',
    zsh: 'bash',
    console: 'bash',
    'c++': 'cpp',
    'c#': 'csharp',
    cs: 'csharp',
    docker: 'dockerfile',
    golang: 'go',
  },
  ...{
    gql: 'graphql',
    toml: 'ini',
    js: 'javascript',
    jsx: 'javascript',
    mjs: 'javascript',
    kt: 'kotlin',
    md: 'markdown',
    py: 'python',
    rb: 'ruby',
  },
  ...{
    rs: 'rust',
    ts: 'typescript',
    tsx: 'typescript',
    html: 'xml',
    svelte: 'xml',
    svg: 'xml',
    vue: 'xml',
    yml: 'yaml',
    jsonc: 'json',
    postgres: 'sql',
  },
};

/** Returns highlighted HTML, or undefined for an unknown language or a text that is too long. */
export async function highlight(code: string, name: string): Promise<string | undefined> {
  const language = ALSO[name.toLowerCase()] ?? name.toLowerCase();
  const load = LANGUAGES[language];
  if (!load || code.length > LONGEST || LONGEST_LINE.test(code)) return undefined;
  const [{ default: highlighter }, { default: grammar }] = await Promise.all([import('highlight.js/lib/core'), load()]);
  highlighter.registerLanguage(language, grammar);
  await new Promise((go) => setTimeout(go));
  try {
    return highlighter.highlight(code, { language, ignoreIllegals: true }).value;
  } catch {
    return undefined;
  }
}
