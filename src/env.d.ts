declare namespace App {
  interface Locals {
    /** Experiments that a prediction on this page is about, in the order of the page. */
    predictions?: Promise<string | null>[];
  }
}

declare namespace Astro {
  interface ClientDirectives {
    /** src/ui/on-use.ts */
    "client:use"?: boolean;
  }
}
