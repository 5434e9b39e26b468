/** Words around a program shown in a chapter. */
export const programs = {
  /** Beside the name of the file. */
  lines: "{count} lines, complete",
  page: {
    title: "Programs",
    description:
      "The programs of the chapters, complete: a CLOSE_WAIT leak in three languages and a server that closes first.",
    what: "Each program is complete, and the tests of this site build it and run it. Its head says how.",
  },
};
