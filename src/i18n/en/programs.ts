/** Words around a program shown in a chapter. */
export const programs = {
  /** Beside the name of the file. */
  lines: "{count} lines, complete",
};
