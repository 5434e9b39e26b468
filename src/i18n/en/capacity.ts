/** Strings of the calculator of chapter 7, and of the table that stands beside it. */
export const capacity = {
  title: "How many a second?",
  fields: {
    ports: "Ports in the range",
    seconds: "Seconds until a port is free again",
    destinations: "Destinations (address and port)",
    sources: "Source addresses of the client",
  },
  hint: "60 s after closing first, and the life of the connection before that.",
  result: {
    one: "{combinations} combinations, each taken once in {seconds} s: 1 connection a second can go on for ever.",
    many: "{combinations} combinations, each taken once in {seconds} s: {n} connections a second can go on for ever.",
    less: "{combinations} combinations, each taken once in {seconds} s: less than one connection a second.",
  },
  half: "Above {n} a second, connect() has to search beyond the first half of the range.",
  invalid: "{field}: write a whole number from 1 to {most}.",
  table: {
    case: "case",
    arithmetic: "arithmetic",
    result: "a second",
    half: "the first half is enough up to",
    sum: "{ports} × {destinations} × {sources} ÷ {seconds}",
    rows: {
      default: "one address, one destination, the default range",
      destinations: "the same towards two destinations",
      sources: "from four addresses of the client",
      range: "a range from 1024 to 65535",
      reuse: "with tcp_tw_reuse 1: back after a second",
    },
  },
} as const;
