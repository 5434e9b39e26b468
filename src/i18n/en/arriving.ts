/** What the sandbox says of a scene that takes the place of another one, or that did not come back whole. */
export const arriving = {
  linked: "This scene came with a link.",
  continued: "You were here before: this is what you left.",
  beyond:
    "The link says an end that no run has: {most} is the most. So it stands where its last change was made, at {now} s.",
  more: "{count} more changes are left out.",
  partly:
    "Of the {all} commands that were kept here, the first {count} can be read; the rest needs another version of this site. All of it is set aside in this tab, as it was.",
  unreadable: "What was kept here cannot be read by this version of the site. It is set aside in this tab, as it was.",
  notOpened: "What you did here could not be opened: {reason}. It is set aside.",
  aside: "Set aside",
  bring: "Bring back what was here: {what}",
  what: "{title}, {count} commands, {time} s",
  whatOne: "{title}, 1 command, {time} s",
};
