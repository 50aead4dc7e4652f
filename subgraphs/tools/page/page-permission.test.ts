import { describe, expect, it } from '@jest/globals';
import type { Failure } from '../../../schema/errors.ts';
import { PagePermission, type PageAccess } from './page-permission.ts';

interface Written {
  person?: string;
  document?: string;
  access?: PageAccess;
}

const permission = ({ person = '', document = '', access = 'NAMED' }: Written) =>
  new PagePermission(access, { byPerson: [person], inDocuments: [document] });

/** Returns the code of the error, or `allowed`. */
function decide(written: Written, address: string, from: string | null = null): string {
  try {
    permission(written).require(new URL(address), from === null ? null : new URL(from));
    return 'allowed';
  } catch (error) {
    return (error as Failure).code;
  }
}

const NOT_NAMED = 'TOOL_ADDRESS_NOT_NAMED';

describe('permission for a host that the person named', () => {
  it.each([
    ['Read https://named.example/a.', 'https://named.example/a'],
    ['Read https://named.example/a.', 'http://named.example/b?page=2'],
    ['What does named.example say?', 'https://named.example/'],
    ['(named.example)', 'https://named.example/about'],
    ['named.example.', 'https://named.example./'],
    ['NAMED.Example', 'https://named.example/'],
    ['named.example', 'https://WWW.Named.Example/'],
    ['www.named.example', 'https://named.example/'],
    ['[the site](https://named.example/a)', 'https://named.example/a'],
    ['**named.example**, please', 'https://named.example/'],
    ['bücher.example', 'https://xn--bcher-kva.example/'],
    ['https://xn--bcher-kva.example', 'https://BÜCHER.example/'],
    ['named.example:8443', 'https://named.example:8443/'],
    ['http://93.184.216.34/x', 'http://93.184.216.34/y'],
    ['93.184.216.34', 'http://0x5db8d822/'],
    ['http://[2606:4700::1111]/', 'http://[2606:4700:0::1111]/'],
    ['次のページhttps://named.example/a。', 'https://named.example/a'],
    ['named.exampleを読んで', 'https://named.example/'],
  ])('is given after the message "%s" for %s', (person, address) => expect(decide({ person }, address)).toBe('allowed'));
});

describe('permission for an unnamed host', () => {
  it.each([
    ['', 'https://evil.example/'],
    ['named.example', 'https://evil.example/?about=named.example'],
    ['named.example', 'https://named.example.evil.example/'],
    ['named.example', 'https://evilnamed.example/'],
    ['named.example', 'https://secret.named.example/'],
    ['sub.named.example', 'https://named.example/'],
    ['named.example', 'https://named.example:8443/'],
    ['named.example:8443', 'https://named.example/'],
    ['https://named.example@evil.example/', 'https://named.example/'],
    ['named.example', 'https://named.example@evil.example/'],
    ['named.example', 'https://named.example%2eevil.example/'],
    ['apple.example', 'https://аpple.example/'],
    ['bücher.example', 'https://cher.example/'],
    ['Write to ann@evil.example', 'https://evil.example/'],
    ['Write to ann.smith@named.example', 'https://ann.smith/'],
    ['It costs 3.14 or 1.2.3', 'http://3.14/'],
    ['www.com', 'https://com/'],
  ])('is refused after the message "%s" for %s', (person, address) => expect(decide({ person }, address)).toBe(NOT_NAMED));
});

describe('permission for an address that the model extends', () => {
  const person = 'Look at https://named.example/start/here';

  it('is limited to 120 characters of path and query', () => {
    expect(decide({ person }, `https://named.example/${'x'.repeat(120)}`)).toBe('allowed');
    expect(decide({ person }, `https://named.example/${'x'.repeat(121)}`)).toBe(NOT_NAMED);
    expect(decide({ person }, `https://named.example/?q=${'x'.repeat(118)}`)).toBe(NOT_NAMED);
    expect(decide({ person }, `https://named.example/start/here?q=${'x'.repeat(117)}`)).toBe('allowed');
    expect(decide({ person, access: 'ANY' }, `https://other.example/${'x'.repeat(121)}`)).toBe(NOT_NAMED);
  });

  it('is not limited in length where the person wrote the address', () => {
    const address = `https://named.example/find?q=${'x'.repeat(1500)}`;
    expect(decide({ person: `Open ${address}, please` }, address)).toBe('allowed');
  });
});

describe('permission for a host that only a document names', () => {
  const document = 'The manual is at https://manual.example/v2/pump?part=7, its maker at maker.example.';

  it.each(['https://manual.example/v2/pump?part=7', 'https://manual.example/', 'https://maker.example/', 'http://www.maker.example/'])(
    'is given for %s',
    (address) => expect(decide({ document }, address)).toBe('allowed'),
  );

  it.each([
    'https://manual.example/v2/pump?part=secret',
    'https://manual.example/v2/pump?part=77',
    'https://manual.example/v2/pump',
    'https://maker.example/secret',
    'https://maker.example/?secret',
  ])('is refused for %s, which carries text that is not in the document', (address) =>
    expect(decide({ document }, address)).toBe(NOT_NAMED),
  );

  it('is given for every address once the person named the host', () =>
    expect(decide({ document, person: 'maker.example?' }, 'https://maker.example/contact')).toBe('allowed'));
});

describe('permission for a redirect', () => {
  const person = 'named.example and other.example';
  it.each([
    ['https://named.example/login', 'allowed'],
    [`https://www.named.example/${'x'.repeat(500)}`, 'allowed'],
    ['https://other.example/', 'allowed'],
    [`https://other.example/${'x'.repeat(500)}`, NOT_NAMED],
    ['https://evil.example/', NOT_NAMED],
  ])('to %s is %s', (to, outcome) => expect(decide({ person }, to, 'https://named.example/')).toBe(outcome));
});

describe('permission by the setting of an assistant', () => {
  it('is given for every host by ANY, and refused for named ones by NONE', () => {
    expect(decide({ access: 'ANY' }, 'https://evil.example/')).toBe('allowed');
    expect(decide({ access: 'NONE', person: 'named.example' }, 'https://named.example/')).toBe('TOOL_BLOCKED');
  });

  it('is refused with a reason that the model can act on', () => {
    expect(() => permission({}).require(new URL('https://evil.example/'), null)).toThrow(
      'evil.example was not named by the person. Nothing was fetched. Ask the person to write the whole address in a message.',
    );
  });
});

it('permission in a long text is decided in linear time', () => {
  const started = performance.now();
  for (const text of ['a.'.repeat(50_000), 'https://'.repeat(12_000), 'x'.repeat(100_000), 'a.b '.repeat(25_000), '例.'.repeat(50_000)])
    decide({ person: text }, 'https://evil.example/');
  expect(performance.now() - started).toBeLessThan(5_000);
});
