/** The run meets something the engine does not model. The message names it; no result is made up. */
export class NotModelled extends Error {
  constructor(what: string) {
    super(`not modelled: ${what}`);
    this.name = "NotModelled";
  }
}
