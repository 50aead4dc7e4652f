/** Short-lived signed permissions to move bytes over plain HTTP. */
export interface Tickets {
  /** `url` is absolute under PUBLIC_URL. The document must still be `AWAITING_FILE` when the bytes arrive. */
  upload(ticket: UploadTicket): Promise<string>;
  download(ticket: DownloadTicket): Promise<string>;
}

export interface UploadTicket {
  documentId: string;
  key: string;
  maxBytes: number;
  userId: string;
}

export interface DownloadTicket {
  key: string;
  name: string;
  mediaType: string;
  userId: string;
}
