/** The pages that ask the reader, and keep what was answered; in the order in which one comes to them. */
export const STANDING = [
  { name: "believe", path: "/believe/" },
  { name: "review", path: "/review/" },
  { name: "challenges", path: "/challenges/" },
  { name: "exam", path: "/exam/" },
  { name: "progress", path: "/progress/" },
  { name: "team", path: "/onboarding/" },
] as const;
