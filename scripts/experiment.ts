/**
 * `npm run experiment -- ID`: runs an experiment in the engine and prints what happened; runs of many sockets, those
 * under /crowds, take minutes and gigabytes. Instead of an ID, a file as an author writes it or as the site saves it. A
 * run that was stopped before its time says why, and the exit status is 1.
 *
 *     --json        the trace, one event a line
 *     --ss          `ss -tanop` of every host at the end of the run
 *     --tcpdump     `tcpdump -nn -ttttt` of every host
 *     --pcap FILE   writes a capture for every host, with the host's name before the file's ending
 */
import { writeFileSync } from "node:fs";
import { parse } from "node:path";
import { parseArgs } from "node:util";
import type { Experiment } from "../src/experiment/canonical.ts";
import { printEvent } from "../src/experiment/trace-file.ts";
import { type EngineTrace, run } from "../src/experiment/run.ts";
import { pcapng } from "../src/views/pcapng.ts";
import type { Run } from "../src/views/snapshot.ts";
import { snapshot } from "../src/views/snapshot.ts";
import { pids, ssLines, ssText } from "../src/views/ss.ts";
import { tcpdump } from "../src/views/tcpdump.ts";
import { buildExperiments, readCrowds, readExperiment } from "./build-experiments.ts";

const USAGE = "npm run experiment -- ID | FILE.yaml | FILE.json [--json | --ss | --tcpdump | --pcap FILE]";

function stop(problem: string): never {
  console.error(problem);
  process.exit(1);
}

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        ss: { type: "boolean" },
        tcpdump: { type: "boolean" },
        pcap: { type: "string" },
      },
    });
  } catch (error) {
    return stop(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

const { values, positionals } = options();
const [id] = positionals;

function choose(): Experiment {
  if (id !== undefined && /\.(?:yaml|json)$/.test(id)) return readExperiment(id).experiment;
  const crowds = readCrowds().map(({ experiment }) => experiment);
  const all = [...buildExperiments().map(({ experiment }) => experiment), ...crowds];
  const names = (some: readonly Experiment[]): string => some.map((one) => one.id).join(", ");
  return (
    all.find((one) => one.id === id) ??
    stop(`${id === undefined ? USAGE : `no experiment is called ${id}`}\nThere are: ${names(all)}`)
  );
}

function runChosen(): EngineTrace {
  try {
    return run(choose());
  } catch (error) {
    return stop(error instanceof Error ? error.message : String(error));
  }
}

const trace = runChosen();
const told: Run = { hosts: trace.header.hosts, until: trace.header.until, events: trace.events };

if (values.pcap !== undefined) {
  const { dir, name, ext } = parse(values.pcap);
  for (const host of told.hosts) {
    const file = `${dir === "" ? "" : `${dir}/`}${name}.${host.name}${ext}`;
    const comment = `experiment ${trace.header.experiment}, host ${host.name}, simulated as Linux ${trace.header.kernel}`;
    try {
      writeFileSync(file, pcapng(told, host.name, { program: "Last ACK", comment }));
    } catch (error) {
      stop(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
    console.log(file);
  }
} else if (values.json) {
  for (const event of trace.events) console.log(printEvent(event));
} else if (values.ss) {
  const end = snapshot(told, told.events.length - 1);
  for (const { name } of told.hosts) console.log(`${name}$ ss -tanop\n${ssText(ssLines(end, name, pids(told)))}\n`);
} else if (values.tcpdump) {
  for (const { name } of told.hosts)
    console.log(
      [`${name}$ tcpdump -nn -ttttt`, ...tcpdump(told, name).map(({ time, text }) => `${time} ${text}`), ""].join("\n"),
    );
} else {
  for (const { t, k, ...rest } of trace.events)
    console.log(`${(t / 1_000_000).toFixed(6).padStart(11)} ${k.padEnd(8)} ${JSON.stringify(rest)}`);
}
if (trace.stopped !== null) {
  console.error(`The run was stopped before its time: ${trace.stopped}`);
  process.exitCode = 1;
}
