import { readFileSync } from 'node:fs';
import { at } from '../checkout.mjs';
import { LaunchError } from '../launch-error.mjs';

/** The forms of a name in kebab-case, as templates name them. */
export function formsOf(name) {
  const camel = name.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase());
  const first = (text) => text.replace(/^./, (letter) => letter.toUpperCase());
  return { name, camel, pascal: first(camel), snake: name.replaceAll('-', '_'), title: first(name.replaceAll('-', ' ')) };
}

/** A template of this folder with the forms of a name in the places of `$name`, `$camel` and so on. */
export function fill(template, forms) {
  const text = readFileSync(at('infra/launch/new', template), 'utf8');
  return text.replaceAll(/\$(name|camel|pascal|snake|title)/g, (_, form) => forms[form]);
}

/** Replaces each pattern in a text once, and refuses where a file has another form by now. */
export function edited(file, text, edits) {
  return edits.reduce((before, [pattern, replacement]) => {
    if (!pattern.test(before))
      throw new LaunchError(`${file} no longer has the form that "npm run new" expects (${pattern}). Follow CONTRIBUTING.md by hand.`);
    return before.replace(pattern, replacement);
  }, text);
}
