/** Strings of the answers that are kept in the browser: as a file, and where keeping them fails. */
export const kept = {
  summary: "Your answers stay in this browser",
  text: "They are sent nowhere. Take them along as a file, or merge a file from another browser: nothing is overwritten.",
  load: "Merge a file",
  merged: "Merged. Questions with answers: {items}.",
  mergedSome: "Merged. Questions with answers: {items}. Entries that could not be read and were left out: {dropped}.",
  unreadable: "This file holds no answers that can be read. Nothing was changed.",
  newer: "This file comes from a later version of the site. Nothing was changed.",
  "too-large": "This file is too large to hold answers. Nothing was changed.",
  download: "Download answers",
  file: "last-ack-answers.json",
  trouble: {
    blocked: "This browser keeps nothing for this site. Your answers last until you leave the page.",
    full: "The browser has no room left for this site. Your new answers last until you leave the page.",
    newer:
      "Your saved answers were written by a later version of this site and are left as they are. New answers last until you leave the page.",
    aside: "Some saved answers could not be read. They were set aside, not deleted.",
    downloadAside: "Download what was set aside",
    asideFile: "last-ack-set-aside.txt",
  },
} as const;
