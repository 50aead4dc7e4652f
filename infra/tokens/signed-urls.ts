import { Failure } from '../../schema/errors.ts';
import type { DownloadClaims, SignedUrls, UploadClaims } from './tokens.ts';
import { TypedJwt } from './jwt.ts';

const UPLOAD_SECONDS = 3600;
const DOWNLOAD_SECONDS = 600;

/** Signed upload and download URLs. A URL is a bearer credential, so it must not be logged. */
export class JwtSignedUrls implements SignedUrls {
  readonly #uploads: TypedJwt<UploadClaims & Record<string, unknown>>;
  readonly #downloads: TypedJwt<DownloadClaims & Record<string, unknown>>;

  readonly #publicUrl: () => string;

  /**
   * @param secret 32 bytes, the key derived for `signedUrls`.
   * @param publicUrl called at each signing, because with port 0 it is known only once the server listens.
   */
  constructor(secret: Uint8Array, publicUrl: () => string) {
    this.#publicUrl = publicUrl;
    this.#uploads = new TypedJwt(
      {
        audience: 'upload',
        type: 'upload+jwt',
        lifetimeSeconds: UPLOAD_SECONDS,
        required: ['documentId', 'key', 'maxBytes', 'userId', 'sessionId'],
      },
      secret,
    );
    this.#downloads = new TypedJwt(
      {
        audience: 'download',
        type: 'download+jwt',
        lifetimeSeconds: DOWNLOAD_SECONDS,
        required: ['key', 'name', 'mediaType', 'userId', 'sessionId'],
      },
      secret,
    );
  }

  async upload({ documentId, key, maxBytes, userId, sessionId }: UploadClaims): Promise<string> {
    const { token } = await this.#uploads.sign({ documentId, key, maxBytes, userId, sessionId });
    return `${this.#publicUrl()}/files/upload/${token}`;
  }

  async download({ key, name, mediaType, userId, sessionId }: DownloadClaims): Promise<string> {
    const { token } = await this.#downloads.sign({ key, name, mediaType, userId, sessionId });
    return `${this.#publicUrl()}/files/${token}`;
  }

  /** Throws `UPLOAD_EXPIRED` for an expired token, `NOT_FOUND` for an invalid one. */
  readUpload(token: string): Promise<UploadClaims> {
    return this.#uploads.verify(token).catch(refuse('UPLOAD_EXPIRED'));
  }

  /** Throws `NOT_FOUND` for an expired or invalid token. */
  readDownload(token: string): Promise<DownloadClaims> {
    return this.#downloads.verify(token).catch(refuse('NOT_FOUND'));
  }
}

function refuse(expired: 'UPLOAD_EXPIRED' | 'NOT_FOUND'): (cause: unknown) => never {
  return (cause) => {
    if (!(cause instanceof Failure)) throw cause;
    throw new Failure(cause.code === 'TOKEN_EXPIRED' ? expired : 'NOT_FOUND', {}, { cause });
  };
}
