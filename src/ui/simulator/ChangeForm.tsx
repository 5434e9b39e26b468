/** One change by form: only what makes sense for this experiment and moment can be chosen. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { CallStep, SocketOption, Step } from "../../engine/process/program.ts";
import { STATES, type State, type TraceEvent } from "../../engine/trace.ts";
import type { Experiment } from "../../experiment/canonical.ts";
import { MODELLED_OPTIONS, optionExample, optionHint, readOption } from "../../experiment/option-word.ts";
import { parseDuration } from "../../experiment/duration.ts";
import {
  bare,
  descriptorsAfter,
  descriptorVariables,
  KERNELS,
  type Refusal,
  refuse,
} from "../../experiment/interventions.ts";
import type { Intervention } from "../../experiment/run.ts";
import { BASELINE, fullSysctlName } from "../../experiment/sysctl.ts";
import { isModelled } from "../../experiment/sysctl-values.ts";
import type { ChangesText } from "../../i18n/en/changes.ts";
import { format } from "../../i18n/format.ts";
import { refusalText } from "../../views/change-text.ts";
import { clock } from "../../views/time.ts";

/** Settings of which more than the default is modelled. */
const settings = Object.keys(BASELINE)
  .filter((name) => isModelled(name, ""))
  .map((name) => name.replace(/^net\.ipv4\./, ""));

type Kind = keyof ChangesText["form"]["kinds"];
type Call = keyof ChangesText["form"]["calls"];

interface Props {
  readonly experiment: Experiment;
  readonly events: readonly TraceEvent[];
  /** The moment that is shown, microseconds. */
  readonly time: number;
  readonly t: ChangesText;
  readonly uid: string;
  readonly onRun: (change: Intervention) => void;
}

const STEPS: Readonly<Record<Call, CallStep>> = {
  close: bare({ op: "close", fd: "fd" }),
  write: bare({ op: "shutdown", fd: "fd", how: "write" }),
  read: bare({ op: "shutdown", fd: "fd", how: "read" }),
  both: bare({ op: "shutdown", fd: "fd", how: "both" }),
  send: bare({ op: "send", fd: "fd", bytes: 100 }),
  recv: bare({ op: "recv", fd: "fd", bytes: 1000, all: false }),
};

export function ChangeForm({ experiment, events, time, t, uid, onRun }: Props): JSX.Element {
  const { form } = t;
  const [kind, setKind] = useState<Kind>("sysctl");
  const [said, setSaid] = useState<Readonly<Record<string, string>>>({});
  const [early, setEarly] = useState(true);
  const [wrong, setWrong] = useState("");
  const { hosts, programs } = experiment;

  const listeners = programs.map(({ name }) => name);
  const defaults: Readonly<Record<string, string>> = {
    host: hosts[0]?.name ?? "",
    program: listeners[0] ?? "",
    name: "tcp_fin_timeout",
    option: "SO_LINGER",
    call: "close",
    end: "kill",
    version: "4.4",
    way: "down",
    state: "",
    at: `${clock(time)}s`,
  };
  const get = (key: string): string => said[key] ?? defaults[key] ?? "";
  const at = parseDuration(get("at").replace(/\s/g, ""));
  const either = kind === "sysctl" || kind === "option";
  const needsTime = either ? !early : kind !== "kernel";
  const needsSocket = kind === "call" || (kind === "option" && !early);
  const program = programs.find(({ name }) => name === get("program"));
  const held = descriptorsAfter(events.filter((event) => event.t < (at ?? time))).get(get("program")) ?? [];
  const fd = held.find((one) => String(one.fd) === said["fd"]) ?? held.find(({ is }) => is === "connection") ?? held[0];
  const variables = descriptorVariables(Object.values(program?.routines ?? {}).flat());
  const standard = BASELINE[fullSysctlName(get("name"))] ?? "";
  const option = get("option") as SocketOption;

  const change = (): Intervention | Refusal => {
    if (needsTime && at === null) return { code: "bad-time", values: { text: get("at") } };
    const moment = at ?? 0;
    const event = (made: Extract<Intervention, { add: "event" }>["event"]): Intervention => ({
      add: "event",
      event: made,
    });
    const thread = (steps: readonly Step[], descriptor: number | null): Intervention =>
      event({ at: moment, do: "thread", program: get("program"), fd: descriptor, steps });
    const onSocket = (step: CallStep): Intervention | Refusal =>
      fd ? thread([step], fd.fd) : { code: "no-descriptor-then", values: { program: get("program") } };
    switch (kind) {
      case "sysctl": {
        const name = fullSysctlName(get("name"));
        const value = said["value"] ?? standard;
        return early
          ? { set: "sysctl", host: get("host"), name, value }
          : event({ at: moment, do: "sysctl", host: get("host"), name, value });
      }
      case "kernel":
        return { set: "kernel", host: get("host"), version: get("version") };
      case "option": {
        const value = readOption(option, said["value"] ?? optionExample(option));
        if (value === null) return { code: "option-value", values: { option, hint: optionHint(option) } };
        if (!early) return onSocket(bare({ op: "setsockopt", fd: "fd", option, value }));
        return {
          set: "option",
          program: get("program"),
          variable: said["variable"] ?? variables[0] ?? "",
          option,
          value,
        };
      }
      case "call":
        return onSocket(STEPS[get("call") as Call]);
      case "end":
        return get("end") === "kill"
          ? event({ at: moment, do: "kill", program: get("program") })
          : thread([{ op: "exit" }], null);
      case "ss":
        return event({
          at: moment,
          do: "ss_kill",
          host: get("host"),
          state: get("state") === "" ? null : (get("state") as State),
          local_port: null,
          peer_port: null,
        });
      case "link":
        return event({ at: moment, do: "link", host: get("host"), up: get("way") === "up" });
    }
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    const made = change();
    const refusal = "code" in made ? made : refuse(experiment, made);
    setWrong(refusal ? refusalText(refusal, t) : "");
    if (!refusal && !("code" in made)) onRun(made);
  };

  const field = (key: string, label: string, control: ComponentChildren): JSX.Element => (
    <label key={key}>
      <span>{label}</span>
      {control}
    </label>
  );
  const select = (key: string, label: string, options: readonly (readonly [string, string])[]): JSX.Element =>
    field(
      key,
      label,
      <select value={get(key)} onChange={(event) => setSaid({ ...said, [key]: event.currentTarget.value })}>
        {options.map(([value, shown]) => (
          <option key={value} value={value}>
            {shown}
          </option>
        ))}
      </select>,
    );
  const typed = (key: string, label: string, value: string): JSX.Element =>
    field(
      key,
      label,
      <input
        type="text"
        size={9}
        value={value}
        onInput={(event) => setSaid({ ...said, [key]: event.currentTarget.value })}
      />,
    );
  const same = (list: readonly string[]): (readonly [string, string])[] => list.map((one) => [one, one]);
  const host = select("host", form.host, same(hosts.map(({ name }) => name)));
  const who = select("program", form.program, same(listeners));

  return (
    <form
      class="change-form"
      aria-label={form.title}
      onSubmit={submit}
      onKeyDown={(event) => event.stopPropagation()}
      noValidate
    >
      {field(
        "kind",
        form.what,
        <select
          value={kind}
          onChange={(event) => {
            setKind(event.currentTarget.value as Kind);
            setWrong("");
            setSaid({ at: get("at") });
          }}
        >
          {Object.entries(form.kinds).map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>,
      )}
      {kind === "sysctl" && [
        host,
        select("name", form.name, same(settings)),
        typed("value", form.value, said["value"] ?? standard),
      ]}
      {kind === "kernel" && [host, select("version", form.version, same(["4.4", ...KERNELS]))]}
      {kind === "option" && [
        who,
        early && select("variable", form.variable, same(variables)),
        select("option", form.option, same(MODELLED_OPTIONS)),
        typed("value", form.value, said["value"] ?? optionExample(option)),
      ]}
      {kind === "call" && [who, select("call", form.call, Object.entries(form.calls))]}
      {needsSocket &&
        held.length > 0 &&
        field(
          "fd",
          form.fd,
          <select
            value={String(fd?.fd ?? "")}
            onChange={(event) => setSaid({ ...said, fd: event.currentTarget.value })}
          >
            {held.map((one) => (
              <option key={one.fd} value={String(one.fd)}>
                {one.fd} {one.is}
              </option>
            ))}
          </select>,
        )}
      {kind === "end" && [who, select("end", form.call, Object.entries(form.ends))]}
      {kind === "ss" && [host, select("state", form.state, [["", form.anyState], ...same(STATES)])]}
      {kind === "link" && [
        host,
        select("way", form.way, [
          ["down", form.down],
          ["up", form.up],
        ]),
      ]}
      {either && (
        <fieldset>
          <legend class="vh">{form.when}</legend>
          <label>
            <input type="radio" name={`${uid}-when`} checked={early} onChange={() => setEarly(true)} />
            {form.start}
          </label>
          <label>
            <input type="radio" name={`${uid}-when`} checked={!early} onChange={() => setEarly(false)} />
            {form.at}
          </label>
        </fieldset>
      )}
      {needsTime && typed("at", form.at, get("at"))}
      <button class="btn main" type="submit">
        {form.run}
      </button>
      <p class="help">
        {kind === "sysctl" && format(form.standard, { value: standard })}
        {kind === "kernel" && t.fromSource}
        {needsSocket && held.length === 0 && format(form.noFd, { program: get("program"), time: clock(at ?? time) })}
      </p>
      {wrong !== "" && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
    </form>
  );
}
