/** Short-lived signed permissions to move bytes over plain HTTP. They end with the session that asked for them. */
export interface SignedUrls {
  /** `url` is absolute under PUBLIC_URL. The document must still be `AWAITING_FILE` when the bytes arrive, and they must not be more than `maxBytes`. */
  upload(ticket: UploadClaims): Promise<string>;
  download(ticket: DownloadClaims): Promise<string>;
}

export interface UploadClaims {
  documentId: string;
  key: string;
  maxBytes: number;
  userId: string;
  sessionId: string | null;
}

export interface DownloadClaims {
  key: string;
  name: string;
  mediaType: string;
  userId: string;
  sessionId: string | null;
}
/** Signs what proves a session to the gateway for a few minutes. */
export interface AccessTokens {
  /** `expiresAt` is when the token ends; the session may end earlier, so its truth is read at each request. */
  signAccessToken(session: { userId: string; sessionId: string }): Promise<{ token: string; expiresAt: Date }>;
}
