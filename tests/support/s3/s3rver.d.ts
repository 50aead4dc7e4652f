declare module 's3rver' {
  import type { IncomingMessage, ServerResponse } from 'node:http';
  import type { Readable } from 'node:stream';

  interface Stored {
    bucket: string;
    key: string;
    content: IncomingMessage | Readable;
    metadata: Record<string, string>;
  }

  interface Store {
    putObject(object: Stored): Promise<{ md5: string; size: number }>;
    putPart(bucket: string, uploadId: string, part: number, content: IncomingMessage | Readable): Promise<{ md5: string; size: number }>;
    putMetadata(bucket: string, key: string, metadata: object, md5: string): Promise<void>;
    getResourcePath(bucket: string, key: string, resource: string): string;
    copyObject(fromBucket: string, from: string, toBucket: string, to: string, metadata: object | null): Promise<object>;
  }

  /** The part that s3/server.ts uses; the package has no types. */
  export default class S3rver {
    constructor(options: { directory: string; silent: boolean; vhostBuckets: boolean });
    readonly store: Store;
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
  }
}
