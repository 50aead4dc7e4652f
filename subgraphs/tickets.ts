/** Short-lived signed permissions to move bytes over plain HTTP. They end with the session that asked for them. */
export interface Tickets {
  /** `url` is absolute under PUBLIC_URL. The document must still be `AWAITING_FILE` when the bytes arrive, and they must not be more than `maxBytes`. */
  upload(ticket: UploadTicket): Promise<string>;
  download(ticket: DownloadTicket): Promise<string>;
}

export interface UploadTicket {
  documentId: string;
  key: string;
  maxBytes: number;
  userId: string;
  sessionId: string | null;
}

export interface DownloadTicket {
  key: string;
  name: string;
  mediaType: string;
  userId: string;
  sessionId: string | null;
}
