/** What a link may hold that cannot be taken as it stands; loaded when a link is followed. */
export const links = {
  "unknown-experiment":
    "This link names a run that is not on this page ({experiment}). The run below starts at its beginning.",
  "newer-version": "This link was made by a newer version of this site. What of it is understood is shown.",
  "experiment-changed": "The experiment has changed since this link was made, so the step may be another one.",
  "no-such-event": "This link names a step that this run does not have. The last step is shown.",
};
