/**
 * Every command that a text shows works as it is printed: those of shell blocks, those in backquotes, those of /oncall/.
 * Each is run in a network namespace of its own, beside a process that has a listener and a CLOSE-WAIT, so those that
 * change something change nothing else. Skipped where a namespace, a right or the tool is missing.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandRun } from "../../src/components/commands.ts";
import { read } from "./files.ts";

/** Not run, by their beginning, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "sudo python3 lastack_lab.py": "needs a file that the site serves; the lab has tests of its own",
  "unshare -Urn python3 lastack_lab.py": "the same",
  "docker run": "needs docker and its registry",
  "wsl --install": "is for Windows",
  "brew install": "is for macOS",
  limactl: "is for macOS",
  "lima sudo": "is for macOS",
  "sysctl net.ipv4.tcp_mem": "is the machine’s, and in no namespace",
  "netstat -an -p tcp": "is for BSD and macOS",
  "sysctl -w net.ipv4.tcp_tw_recycle": "is shown with its error: the sysctl is gone",
  jstack: "needs a program in Java",
  "py-spy": "is a package of its own",
};

/** What the command has to print, where a wrong word in it leaves the exit status at 0. */
const PRINTS: readonly (readonly [RegExp, (command: string) => readonly RegExp[]])[] = [
  [/\bgdb /, () => [/^#0 /m]],
  [/^find /, () => [/^ *\d+ \/proc\/\d+\/fd$/m]],
  // A counter that does not exist is left out in silence.
  [
    /\bnstat /,
    (command) =>
      [...command.matchAll(/\bTcp[\w*]+/g)].map(([name]) => new RegExp(`^${name.replace("*", "\\w*")}\\b`, "m")),
  ],
];

const TOOLS = "ss|nstat|nsenter|lsof|netstat|tcpdump|gdb|jstack|py-spy|strace|prlimit|sysctl|ls|grep|cat|ip|dmesg";
const ROOT = new URL("../../", import.meta.url);
const FOLDERS = ["chapters/en", "pages/en", "reference/tools/en", "reference/states", "reference/counters"];

/** Commands of a text, without comments, prompts and what a session printed. */
function commandsOf(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```(?:sh|bash)\b[^\n]*\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) => {
    const lines = block.replace(/\\\n\s*/g, "").split("\n");
    const session = lines.filter((line) => line.startsWith("$ ")).map((line) => line.slice(2));
    return session.length > 0 ? session : lines;
  });
  const quoted = [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)]
    .map(([, words = ""]) => words)
    // “ss -K” names a flag, it is no command.
    .filter((words) => new RegExp(`^(?:${TOOLS}) -?\\S`).test(words) && !/^\S+ -\w$/.test(words));
  return [...blocks.map((line) => line.replace(/(?:^|\s+)# .*$/, "").trim()), ...quoted].filter(Boolean);
}

const shown = new Map<string, string>(commandRun.commands.map(({ id, command }) => [command, `/oncall/, ${id}`]));
for (const folder of FOLDERS) {
  for (const name of readdirSync(new URL(`content/${folder}/`, ROOT)).filter((file) => /\.(?:mdx|yaml)$/.test(file))) {
    const file = `content/${folder}/${name}`;
    for (const command of commandsOf(read(file))) if (!shown.has(command)) shown.set(command, file);
  }
}
const leftOut = (command: string): string | undefined =>
  Object.keys(LEFT_OUT).find((beginning) => command.startsWith(beginning));

const NAMESPACE = ["unshare", process.getuid?.() === 0 ? "-n" : "-rn"];
const has = (tool: string): boolean => spawnSync("sh", ["-c", 'command -v "$0"', tool]).status === 0;
const POSSIBLE =
  process.platform === "linux" &&
  ["python3", "ip", "nsenter"].every(has) &&
  spawnSync(NAMESPACE[0]!, [NAMESPACE[1]!, "true"]).status === 0;
if (!POSSIBLE) console.warn("The commands are not run: that needs Linux, namespaces, python3, ip and nsenter.");

/** The first word of each part of a pipeline, and what nsenter starts. */
const toolsIn = (command: string): readonly string[] =>
  command
    .replace(/'[^']*'/g, "''")
    .replace(/nsenter -t PID -n/g, "nsenter;")
    .split(/[|;]|\$\(|\bdo\b/)
    .map((part) => /^\s*([\w.-]+)/.exec(part)?.[1] ?? "")
    .filter((word) => word !== "" && word !== "for" && word !== "done");

const TARGET = `
import os, socket, subprocess, sys, time
for words in ("link set lo up", "link add eth0 type veth peer name eth1", "link set eth0 up"):
    subprocess.run(["ip", *words.split()], check=True)
listener = socket.create_server(("127.0.0.1", 7000))
client = socket.create_connection(("127.0.0.1", 7000))
kept = listener.accept()
client.close()
print(os.getpid(), flush=True)
time.sleep(600)
`;

const folder = mkdtempSync(join(tmpdir(), "commands-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let target: ChildProcess | undefined;

async function begin(): Promise<void> {
  target = spawn(NAMESPACE[0]!, [NAMESPACE[1]!, "python3", "-c", TARGET], { stdio: ["ignore", "pipe", "inherit"] });
  const failed = once(target, "exit").then(() => Promise.reject(new Error("the process beside the commands ended")));
  await Promise.race([once(target.stdout!, "data"), failed]);
  failed.catch(() => undefined);
}
async function end(): Promise<void> {
  if (target?.exitCode === null && target.kill("SIGKILL")) await once(target, "exit");
}

/** What is wrong with a command: what it said, or null. Those that end only when they are told to get a second. */
function problem(command: string): string | null {
  const here = mkdtempSync(join(folder, "run-"));
  const words = command
    .replaceAll("PID", String(target!.pid))
    .replaceAll("ADDRESS", "127.0.0.1")
    .replaceAll("./server 7000", "true")
    .replaceAll("sleep 10", "sleep 0.1");
  const own = process.getuid?.() === 0 ? [] : ["-U", "--preserve-credentials"];
  const lasts = /\b(?:tcpdump|strace) /.test(command);
  const limited = `nsenter -t ${target!.pid} -n ${own.join(" ")} timeout -s INT -k 2 ${lasts ? 1 : 60}`;
  const [program = "", ...rest] = limited.split(/ +/);
  const { status, stdout, stderr } = spawnSync(
    program,
    [...rest, "bash", "-e", "-o", "pipefail", "-c", words],
    // Without SHELL, which unshare starts as at a login.
    { cwd: here, env: { PATH: process.env["PATH"] }, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
  );
  const written = readdirSync(here).map((file) => readFileSync(join(here, file), "utf8"));
  const printed = [stdout, ...written].join("\n");
  const silent = PRINTS.flatMap(([which, lines]) => (which.test(command) ? lines(command) : []))
    .filter((line) => !line.test(printed))
    .map((line) => `no line like ${line.source}`);
  // 1 is “nothing found” to grep, “not the same” to diff, and a process that ended meanwhile to find.
  const asked = status === 1 && stderr === "" && /\| (?:grep|diff) [^|]*$|^find /.test(command);
  const fine = (status === 0 || (status === 124 && lasts) || asked) && silent.length === 0;
  return fine ? null : [`exit status ${status}`, stderr, ...silent].join("\n");
}

describe.skipIf(!POSSIBLE)("commands", { timeout: 90_000 }, () => {
  beforeAll(begin, 60_000);
  afterAll(end);

  it.for([...shown].filter(([command]) => leftOut(command) === undefined))("%s (%s)", async ([command], { skip }) => {
    const missing = toolsIn(command).find((tool) => !has(tool));
    if (missing !== undefined) skip(`${missing} is not installed`);
    const said = problem(command);
    // Sockets that were ended are missed by the next.
    if (/\bss -\w*K/.test(command)) await end().then(begin);
    if (said !== null && /not permitted|permission denied/i.test(said)) skip(said);
    expect(said).toBeNull();
  });

  it.each([
    ["ss -tanQ", "a flag that does not exist"],
    ["ss -tanop state closewait", "a state that does not exist"],
    ["ss -tan state bogus | awk '{print $1}' | sort", "an error at the head of a pipeline"],
    ["ls /proc/PID/fds | wc -l; grep 'open files' /proc/PID/limits", "an error before a semicolon"],
    ["nstat -asz TcpExtTCPAbortOnCloze", "a counter that does not exist"],
    ["sysctl net.ipv4.tcp_tw_reuze", "a setting that does not exist"],
    ["tcpdump -nni any 'tcp prot 7000'", "a filter that does not exist"],
    ["strace -f -e trace=setsockoptt -p PID", "a call that does not exist"],
    ["gdb -p PID -batch -ex 'thread apply all btt' > threads.1 2>&1", "a request that a debugger does not know"],
  ])("%s is found out: %s", (command, _) => {
    if (toolsIn(command).every(has)) expect(problem(command)).not.toBeNull();
  });
});

describe("the list of commands", () => {
  it("leaves out nothing that no text shows", () => {
    const used = new Set([...shown.keys()].map(leftOut));
    expect(Object.keys(LEFT_OUT).filter((beginning) => !used.has(beginning))).toEqual([]);
  });

  it("of /oncall/ is what lab/commands.py runs, each shown once", () => {
    const ids = commandRun.commands.map(({ id }) => id);
    const page = [...read("content/pages/en/oncall.mdx").matchAll(/<Run id="([^"]+)"/g)].map(([, id]) => id);
    expect(page.toSorted()).toEqual(ids.toSorted());
  });

  it.skipIf(process.platform !== "linux" || !has("python3"))("was recorded as lab/commands.py has it now", () => {
    const ask = "import json, commands; print(json.dumps(commands.COMMANDS))";
    const env = { ...process.env, PYTHONPATH: "lab", PYTHONDONTWRITEBYTECODE: "1" };
    const listed: unknown = JSON.parse(execFileSync("python3", ["-c", ask], { cwd: ROOT, env, encoding: "utf8" }));
    expect(listed).toEqual(
      commandRun.commands.map(({ id, does, command }) => [id, expect.toSatisfy(() => true), does, command]),
    );
  });
});
