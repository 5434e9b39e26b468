/** Times as text. All arguments are integer microseconds. */

/** Seconds with three decimals, as the ruler prints them: 345000 is "0.345". `short` saves a digit from ten seconds on. */
export function clock(t: number, short = false): string {
  return (t / 1e6).toFixed(short && t >= 10_000_000 ? 2 : 3);
}

const trim = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

/** A duration with its unit, three significant digits at most: "50 µs", "45 ms", "57.9 s", "2 min 5 s". */
export function duration(us: number): string {
  if (us < 999.5) return `${trim(us, 0)} µs`;
  if (us < 999_500) return `${trim(us / 1000, us < 9950 ? 1 : 0)} ms`;
  const s = us / 1e6;
  if (s < 9.995) return `${trim(s, 2)} s`;
  if (s < 119.95) return `${trim(s, 1)} s`;
  const whole = Math.round(s);
  const rest = whole % 60;
  return rest === 0 ? `${whole / 60} min` : `${(whole - rest) / 60} min ${rest} s`;
}

/** A gap on the ruler: "+45 ms", "+0.2 s"; on a phone's ruler "+.045", "+0.2", "+58 s". */
export function gap(us: number, short: boolean): string {
  const s = us / 1e6;
  if (!short) return us >= 99_950 && us < 999_500 ? `+${trim(s, 2)} s` : `+${duration(us)}`;
  if (us < 1000) return "";
  if (us < 99_950) return `+${s.toFixed(3).slice(1)}`;
  return s < 0.995 ? `+${trim(s, 2)}` : `+${trim(s, s < 9.95 ? 1 : 0)} s`;
}

/** As `tcpdump -ttttt` prints the time since the first packet: "00:01:00.200199". */
export function stopwatch(us: number): string {
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  const s = Math.floor(us / 1e6);
  return `${two(s / 3600)}:${two((s / 60) % 60)}:${two(s % 60)}.${String(us % 1e6).padStart(6, "0")}`;
}
