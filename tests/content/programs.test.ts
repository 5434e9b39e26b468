/**
 * The programs of content/programs/ do what the chapters say of them: built as their heads say, run,
 * spoken to, and looked at through /proc/net/tcp. So does the code in the text of a chapter. Skipped where the tool or
 * Linux is missing.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

const SOURCES = fileURLToPath(new URL("../../content/programs/", import.meta.url));
const CHAPTERS = fileURLToPath(new URL("../../content/chapters/en/", import.meta.url));
const LINUX = existsSync("/proc/net/tcp");
const has = (tool: string, ...version: string[]): boolean =>
  LINUX && spawnSync(tool, version, { stdio: "ignore" }).status === 0;
const COMPILER = process.env["CC"] ?? "cc";
const CC = has(COMPILER, "--version");
const PYTHON = has("python3", "--version");
// A source file is run straight away since Java 11.
const JAVA = has("java", "--version");

const built = mkdtempSync(join(tmpdir(), "programs-"));
afterAll(() => rmSync(built, { recursive: true, force: true }));

/** As the head of the file says, but with every warning an error. */
function compile(name: string): void {
  execFileSync(COMPILER, [
    ...["-Wall", "-Wextra", "-Werror", "-pthread"],
    ...["-o", join(built, name), join(SOURCES, `${name}.c`)],
  ]);
}

interface Running {
  readonly port: number;
  readonly process: ChildProcess;
}
const running: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => stop(process)));
});

/** Starts a server and waits until it listens. Rejects with what it said if it ends before. */
async function start(command: string, ...args: string[]): Promise<Running> {
  const process = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  running.push(process);
  let said = "";
  return new Promise((resolve, reject) => {
    process.on("error", reject);
    process.on("exit", () => reject(new Error(said)));
    process.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    process.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const port = /listening on (\d+)/.exec(said)?.[1];
      if (port !== undefined) resolve({ port: Number(port), process });
    });
  });
}

async function stop(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill("SIGKILL");
  await once(process, "exit");
}

const CLOSE_WAIT = "08";
const TIME_WAIT = "06";

/** Recv-Q of each socket with this local port and state; IPv4, as all our programs, and Java's IPv6 form of it. */
function sockets(port: number, state: string): readonly number[] {
  const local = port.toString(16).toUpperCase().padStart(4, "0");
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
    (existsSync(file) ? readFileSync(file, "utf8") : "").split("\n").flatMap((line) => {
      const [, address, , found, queues] = line.trim().split(/\s+/);
      return address?.endsWith(`:${local}`) && found === state
        ? [Number.parseInt(queues?.split(":")[1] ?? "", 16)]
        : [];
    }),
  );
}

/** Looks again until it finds these, for five seconds at most; returns what it saw last. */
async function settled(port: number, state: string, queues: readonly number[]): Promise<readonly number[]> {
  for (let tries = 0; tries < 100 && sockets(port, state).join() !== queues.join(); tries++) await sleep(50);
  return sockets(port, state);
}

/** A client that says a line, waits for the answer, and leaves. */
async function visit(port: number): Promise<void> {
  const client: Socket = connect(port, "127.0.0.1");
  client.write("hello\n");
  await once(client, "data");
  client.destroy();
}

const LEAKS = [
  ["C", CC, () => [join(built, "close-wait-leak")]],
  ["Python", PYTHON, () => ["python3", join(SOURCES, "close-wait-leak.py")]],
  ["Java", JAVA, () => ["java", join(SOURCES, "CloseWaitLeak.java")]],
] as const;

describe.each(LEAKS)("the leak in %s", { timeout: 60_000 }, (language, available, command) => {
  beforeAll(() => {
    if (available && language === "C") compile("close-wait-leak");
  });

  it.runIf(available)("keeps a CLOSE_WAIT for each client that has left, end of file read", async () => {
    const [program = "", ...args] = command();
    const { port } = await start(program, ...args, "0");
    for (let client = 0; client < 3; client++) await visit(port);
    // Recv-Q 1 for a moment: the FIN counts until the program has read end of file.
    expect(await settled(port, CLOSE_WAIT, [0, 0, 0])).toEqual([0, 0, 0]);
    await sleep(300);
    expect(sockets(port, CLOSE_WAIT)).toEqual([0, 0, 0]);
  });

  it.runIf(available)("keeps none once it closes", async () => {
    const [program = "", ...args] = command();
    const { port } = await start(program, ...args, "0", "fixed");
    for (let client = 0; client < 3; client++) await visit(port);
    expect(await settled(port, CLOSE_WAIT, [])).toEqual([]);
  });
});

describe("the server with a thread for each client", () => {
  beforeAll(() => {
    if (CC) compile("thread-per-client");
  });

  it.runIf(CC).each([
    [[], [], "Address already in use"],
    [[], ["reuse"], "Address already in use"],
    [["reuse"], [], "Address already in use"],
    [["reuse"], ["reuse"], null],
  ] as const)("started with %j, restarted with %j: %s", async (before, after, problem) => {
    const program = join(built, "thread-per-client");
    const { port, process } = await start(program, "0", ...before);
    // It closes first: end of file comes without a word from the client.
    const client = connect(port, "127.0.0.1").resume();
    await once(client, "close");
    expect(await settled(port, TIME_WAIT, [0])).toEqual([0]);
    await stop(process);

    const restart = start(program, String(port), ...after);
    if (problem === null) expect((await restart).port).toBe(port);
    else await expect(restart).rejects.toThrow(problem);
  });
});

describe("the same server with three slips", () => {
  it.runIf(CC)("compiles without a warning, and serves", async () => {
    compile("thread-per-client-slips");
    const { port } = await start(join(built, "thread-per-client-slips"), "0");
    const client = connect(port, "127.0.0.1");
    const [answer] = (await once(client, "data")) as [Buffer];
    expect(answer.toString()).toBe("hello\n");
  });

  it.runIf(CC)("spins when it runs out of descriptors, because accept() is not checked", async () => {
    compile("thread-per-client-slips");
    // Four descriptors: the three of the process and the listener. The first accept() fails.
    const shell = ["-c", 'ulimit -n 4 && exec "$0" 0', join(built, "thread-per-client-slips")];
    const { port, process } = await start("sh", ...shell);
    const client = connect(port, "127.0.0.1");
    await once(client, "connect");
    const ticks = () => {
      const fields = readFileSync(`/proc/${process.pid}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ");
      return Number(fields[11]) + Number(fields[12]);
    };
    const begin = ticks();
    await sleep(500);
    client.destroy();
    // 10 ms a tick: a tenth of the time at least, where a server that waits would use none.
    expect(ticks() - begin).toBeGreaterThan(5);
  });
});

describe("the Python in the text of a chapter", () => {
  const inText = (chapter: string): string =>
    /```python[^\n]*\n([\s\S]*?)```/.exec(readFileSync(join(CHAPTERS, chapter), "utf8"))?.[1] ?? "";
  const python = (...parts: readonly string[]): string =>
    execFileSync("python3", ["-c", parts.join("\n")], { encoding: "utf8", timeout: 20_000 }).trim();

  it.runIf(PYTHON)("sets TCP_LINGER2 of a socket", () => {
    const asks = "print(conn.getsockopt(socket.IPPROTO_TCP, socket.TCP_LINGER2))";
    expect(python("import socket", "conn = socket.socket()", inText("03-fin-timeout.mdx"), asks)).toBe("3");
  });

  it.runIf(PYTHON)("says goodbye without losing the answer, and waits no longer than it was told", () => {
    const around = `
import threading
def pair():
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    return client, listener.accept()[0]

client, conn = pair()
client.sendall(b"x" * 50_000)
conn.recv(10)
conn.sendall(b"too large")
said = []
server = threading.Thread(target=lambda: said.append(goodbye(conn, 10)))
server.start()
answer = b""
while part := client.recv(100):
    answer += part
client.close()
server.join()
print(said, answer.decode())

client, conn = pair()
began = time.monotonic()
print(goodbye(conn, 0.3), 0.2 < time.monotonic() - began < 5)

client, conn = pair()
client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
client.close()
time.sleep(0.1)
print(goodbye(conn, 10), conn.fileno())
`;
    expect(python(inText("08-linger.mdx"), around).split("\n")).toEqual(["[True] too large", "False True", "False -1"]);
  });
});
