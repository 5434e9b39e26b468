/**
 * Questions as the page knows them: what to show, what is right, and why. `schema.ts` makes these
 * from the authors' YAML. Pure data, so that it can be passed to an island as it is.
 */
import type { State } from "../engine/trace.ts";

/** How sure the reader is, asked before the answer counts. */
export const CONFIDENCE = ["sure", "think-so", "guess"] as const;
export type Confidence = (typeof CONFIDENCE)[number];

/** Units a number is asked in. The times can be typed with any of the time units. */
export const UNITS = ["us", "ms", "s", "min", "segments", "bytes", "sockets"] as const;
export type Unit = (typeof UNITS)[number];

/**
 * What the reader chose: the id of an option; a number in the question's unit; or a list of ids: several
 * options (in the order of the file), an order, a sentence and the reason.
 */
export type Answer = string | number | readonly string[];

/** State of the connection at each end, by the name of the host. */
export type HostStates = Readonly<Record<string, State>>;

export interface Option {
  /** Kebab-case, says what is believed, never where the option stands. Never reused. */
  readonly id: string;
  /** What the reader sees; `inline.ts` says what may stand in it. Empty where `hosts` says it all. */
  readonly text: string;
  readonly right: boolean;
  /** 40 to 600 characters: fact, belief, why it looks true, mechanism, where to see it. */
  readonly feedback: string;
  /** Predictions: the states this option stands for. */
  readonly hosts: HostStates | null;
  /** Numbers: the answers this option stands for, `from` included, `to` not; in the question's unit. */
  readonly range: { readonly from: number; readonly to: number } | null;
}

/** Two events of an order the wrong way round, and what to say to it. */
export interface Slip {
  /** Id of the option the reader puts first, and of the one they put after it. */
  readonly first: string;
  readonly then: string;
  readonly feedback: string;
}

export const KINDS = ["single", "multiple", "predict", "number", "order", "read", "find"] as const;
export type Kind = (typeof KINDS)[number];

/** What an island needs of a question. */
export interface Item {
  readonly id: string;
  /** Changes when the question does; kept with every attempt. */
  readonly hash: string;
  readonly kind: Kind;
  /** The system the answer is about: "Linux 6.18", "RFC 9293". */
  readonly system: string;
  readonly stem: string;
  /** In the order of the file: for `order` the right one, for `find` that of the text. */
  readonly options: readonly Option[];
  /** Numbers only. */
  readonly unit: Unit | null;
  /** Numbers only: what to say to an answer no option stands for. */
  readonly otherwise: string | null;
  /** The run that shows the answer. */
  readonly experiment: string | null;
  /** `order` only. */
  readonly slips?: readonly Slip[];
  /** `find` only, where the why is asked for too: one of them is right. */
  readonly reasons?: readonly Option[];
  /** `find` only: whose advice is quoted. */
  readonly quote?: { readonly who: string; readonly address: string | null };
  /** `read` only: what a tool printed, and where that comes from. Filled in when the page is built. */
  readonly output?: {
    readonly command: string;
    readonly host: string;
    readonly experiment: string;
    /** Release of the kernel it was recorded on: "6.18.44". */
    readonly release: string;
    readonly text: string;
  };
}
