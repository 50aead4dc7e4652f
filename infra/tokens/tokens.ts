/** Short-lived signed URLs to upload and download over plain HTTP. They end with the session that requested them. */
export interface SignedUrls {
  /** `url` is absolute under PUBLIC_URL. Uploads are accepted only while the document is `AWAITING_FILE`, up to `maxBytes`. */
  upload(claims: UploadClaims): Promise<string>;
  download(claims: DownloadClaims): Promise<string>;
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
/** Signs short-lived access tokens of sessions. */
export interface AccessTokens {
  /** `expiresAt` is the end of the token. The session may end earlier, so its state is checked on each request. */
  signAccessToken(session: { userId: string; sessionId: string }): Promise<{ token: string; expiresAt: Date }>;
}
