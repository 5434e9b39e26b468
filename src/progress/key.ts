/** Where the browser keeps it. By itself, so that a page can ask whether there is anything without the store. */
export const STORAGE_KEY = "last-ack.progress";
