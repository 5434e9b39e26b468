/**
 * `node scripts/thread-dump.ts`: runs content/programs/CloseWaitLeak.java, lets three clients come and go, and keeps
 * what `jstack` says of it beside the program, under the version of the tool and the day. Only the threads of the
 * program and `main` are kept; those of the runtime say nothing about it.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("../content/programs/CloseWaitLeak.java", import.meta.url));
const OUTPUT = fileURLToPath(new URL("../content/programs/CloseWaitLeak.jstack.txt", import.meta.url));
const CLIENTS = 3;

const server = spawn("java", [SOURCE, "0"], { stdio: ["ignore", "pipe", "inherit"] });
try {
  const [said] = (await once(server.stdout, "data")) as [Buffer];
  const port = Number(/listening on (\d+)/.exec(said.toString())?.[1]);
  for (let visit = 0; visit < CLIENTS; visit++) {
    const client = connect(port, "127.0.0.1");
    client.write("hello\n");
    await once(client, "data");
    client.destroy();
  }
  await sleep(1000);
  const version = execFileSync("java", ["--version"], { encoding: "utf8" }).split("\n")[0] ?? "";
  const dump = execFileSync("jstack", [String(server.pid)], { encoding: "utf8" });
  const threads = dump.split("\n\n").filter((thread) => /^"(?:main|pool-)/.test(thread.trim()));
  const day = new Date().toISOString().slice(0, 10);
  const head = `jstack, ${version}, ${day}: CloseWaitLeak.java after ${CLIENTS} clients have left. Threads of the runtime left out.`;
  writeFileSync(OUTPUT, `${head}\n\n${threads.map((thread) => thread.trim()).join("\n\n")}\n`);
  process.stdout.write(`${threads.length} threads written to ${OUTPUT}\n`);
} finally {
  server.kill("SIGKILL");
}
