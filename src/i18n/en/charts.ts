/** Words around a chart. */
export const charts = {
  caption: "{title}. Lines: the engine. Dots: Linux {kernel}, recorded.",
  measured: "{title}. Measured on Linux {kernel}, {machine}, {date}. {method}",
  late: "Long timers of a kernel fire late, never early.",
  numbers: "The same as numbers",
  engine: "simulator",
  recorded: "recorded",
  value: { sweep: "{x}: {y} s", count: "{title}: {y}", measured: "{x}: {y}" },
  seconds: "{n} s",
} as const;
