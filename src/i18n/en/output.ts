/** Words over what a tool printed. */
export const output = {
  title: "{command} on {host}, recorded on Linux {kernel}",
  threads: "Where the threads wait on {host}, recorded on Linux {kernel}",
} as const;
