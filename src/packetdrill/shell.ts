/**
 * The commands of a script: only `sysctl` is understood, because a simulated host has no shell. Setting
 * what the engine does not read changes nothing, as on a kernel built without it.
 */
import { type Place, ScriptError, type Sysctl } from "./script.ts";

/**
 * What the kernel's own scripts call first: `defaults.sh` beside them (Linux 6.18,
 * tools/testing/selftests/net/packetdrill). Only what the engine reads.
 */
const DEFAULTS = [
  { name: "net.ipv4.tcp_rmem", value: "4096 540000 15728640" },
  { name: "net.ipv4.tcp_timestamps", value: "1" },
  { name: "net.ipv4.tcp_syn_retries", value: "5" },
  { name: "net.ipv4.tcp_synack_retries", value: "5" },
  { name: "net.ipv4.tcp_sack", value: "1" },
  { name: "net.ipv4.tcp_early_retrans", value: "4" },
];

const IS_DEFAULTS = /^(?:[\w.-]+\/)*defaults\.sh$/;

/** @param place where the text inside the backquotes begins. @throws ScriptError */
export function shellSettings(text: string, place: Place): readonly Sysctl[] {
  const settings: Sysctl[] = [];
  let line = place.line;
  for (const row of text.split("\n")) {
    for (const part of row.split(/;|&&/)) {
      const one = part.replace(/(?:[12]?>|&>)\s*\/dev\/null|2>&1|(?:^|\s)#.*/g, "").trim();
      if (one !== "") settings.push(...settingsOf(one, { line, column: place.column }));
    }
    line += 1;
  }
  return settings;
}

function settingsOf(text: string, place: Place): readonly Sysctl[] {
  if (IS_DEFAULTS.test(text)) return DEFAULTS.map((one) => ({ ...one, place }));
  const [command, ...rest] = words(text);
  // set_sysctls.py is the kernel's helper that remembers the old values.
  const files = command?.endsWith("set_sysctls.py") === true;
  if (command !== "sysctl" && !files)
    throw new ScriptError(place, `the command ${command} is not understood; write sysctl -q net.ipv4.name=value`);
  return rest
    .filter((word) => !/^-[a-z]+$/.test(word))
    .map((word) => {
      const at = word.indexOf("=");
      if (at < 1) throw new ScriptError(place, `${word} sets nothing; write name=value`);
      const name = word.slice(0, at).replace(/^\/proc\/sys\//, "");
      return { place, name: name.replaceAll("/", "."), value: word.slice(at + 1).trim() };
    });
}

/** Words as a shell parts them: spaces, quotes. */
function words(text: string): string[] {
  return [...text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map((found) => found[0].replace(/["']/g, ""));
}
