/** What a run showed against what its experiment expects, by the codes of src/experiment/expect.ts. */
export const expectations = {
  sockets: "Sockets of host {host} in {state}{like} at {probe}: {found}; expected {count}.",
  path: "{sock} goes through {found}; expected {states}.",
  spends: "{sock} is in {state} for {found}; expected {at_least} to {at_most}.",
  segments: "Segments of host {host} that match {match}: {found}; expected {count}.",
  call: "Call {nth} of {op} in {program} gives {found} after {took}; expected {returns}.",
  "call-time": "Call {nth} of {op} in {program} gives {found} after {took}; expected {at_least} to {at_most}.",
  counter: "Host {host} counts {name} {found}; expected {value}.",
  "no-probe": "Host {host} has no probe {probe} in this run.",
  "no-socket": "There is no socket {sock} in this run.",
  "no-call": "{program} never makes call {nth} of {op}.",
  "no-counter": "Host {host} has no probe to read {name} from.",
} as const;
