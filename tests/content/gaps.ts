/** Claims that have fewer questions than they need, by id, and why that is so for now. */
export const GAPS: Readonly<Record<string, string>> = {};
