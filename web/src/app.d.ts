declare global {
  namespace App {
    interface Error {
      message: string;
      /** What support needs to find the request in the log. */
      requestId?: string;
    }
  }
}

export {};
