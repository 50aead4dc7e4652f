import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { findProgram } from '../program.ts';

const openssl = findProgram('openssl');

/** Null, or the reason why there can be no certificates. */
export const missingOpenssl = openssl.missing;

/** The files of a server's certificate and key, and of the certificate of its issuer. */
export interface Certificate {
  certificate: string;
  key: string;
  authority: string;
}

/** A certificate authority of one test, trusted only where it is configured, as that of a company is. */
export class Authority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'parley-authority-'));
  #count = 0;

  constructor() {
    this.#run('req', '-x509', ...NEW_KEY, '-keyout', 'authority.key', '-out', 'authority.pem', '-subj', '/CN=An authority of the tests');
  }

  /** The value for NODE_EXTRA_CA_CERTS. */
  get file(): string {
    return join(this.#folder, 'authority.pem');
  }

  /** Issues a certificate for names such as `DNS:db.example.org` and `IP:127.0.0.1`. */
  issue(...names: string[]): Certificate {
    const file = join(this.#folder, `server-${++this.#count}`);
    writeFileSync(`${file}.ext`, `subjectAltName=${names.join(',')}`);
    this.#run('req', ...NEW_KEY, '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', '/CN=A server of the tests');
    this.#run('x509', '-req', '-in', `${file}.csr`, ...ISSUER, '-extfile', `${file}.ext`, '-out', `${file}.pem`);
    return { certificate: `${file}.pem`, key: `${file}.key`, authority: this.file };
  }

  /** Makes this process trust it, as NODE_EXTRA_CA_CERTS does. Returns a function that ends this. */
  trust(): () => void {
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, readFileSync(this.file, 'utf8')]);
    return () => setDefaultCACertificates(before);
  }

  forget(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(...words: string[]): void {
    execFileSync(openssl.path!, words, { cwd: this.#folder, stdio: 'pipe' });
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const ISSUER = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial'];
