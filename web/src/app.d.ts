declare global {
  namespace App {
    interface Error {
      message: string;
      /** Identifies the request in the log. */
      requestId?: string;
    }
    interface PageState {
      /** How many dialogs and sheets are open above the page. */
      layers?: number;
    }
  }
}

export {};
