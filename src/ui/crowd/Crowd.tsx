/** A run of many sockets, computed in a worker when the reader starts it. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { State } from "../../engine/trace.ts";
import type { CrowdView } from "../../experiment/crowd.ts";
import { crowd as strings } from "../../i18n/en/crowd.ts";
import { format } from "../../i18n/format.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { socketsIn } from "../../views/crowd.ts";
import { grouped } from "../../views/grouped.ts";
import type { CrowdNews, CrowdOrder } from "./news.ts";
import { Shown } from "./Shown.tsx";

/** What a kernel came to, and at which probe the run should. */
export interface Held {
  readonly probe: string;
  readonly state: State;
  /** The sentence about the kernel. */
  readonly said: string;
}

interface Props {
  readonly title: string;
  /** Of the canonical JSON. */
  readonly address: string;
  readonly view: CrowdView;
  readonly held: readonly Held[];
  readonly locale: Locale;
}

type Phase = "idle" | "running" | "cancelled" | "done" | "failed";

/** Spoken at every quarter, no oftener. */
const QUARTER = 25;

export function Crowd({ title, address, view, held, locale }: Props): JSX.Element {
  const t = pick(locale, { en: strings });
  const [phase, setPhase] = useState<Phase>("idle");
  const [news, setNews] = useState<CrowdNews | null>(null);
  const worker = useRef<Worker | null>(null);
  const stop = (): void => {
    worker.current?.terminate();
    worker.current = null;
  };
  useEffect(() => stop, []);

  const start = (): void => {
    stop();
    setNews(null);
    setPhase("running");
    const next = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.current = next;
    next.onmessage = ({ data }: MessageEvent<CrowdNews>) => {
      setNews(data);
      if (!data.done) return;
      setPhase("done");
      stop();
    };
    const failed = (): void => {
      setPhase("failed");
      stop();
    };
    next.onerror = failed;
    const order: CrowdOrder = { address: new URL(address, location.href).href, view };
    next.postMessage(order);
  };
  const cancel = (): void => {
    stop();
    setPhase("cancelled");
  };

  const percent = Math.floor((news?.progress ?? 0) * 100);
  const spoken = {
    idle: "",
    running: percent < QUARTER ? t.loading : format(t.running, { n: percent - (percent % QUARTER) }),
    cancelled: format(t.cancelled, { n: percent }),
    done: news?.stopped ? format(t.stopped, { why: news.stopped }) : doneText(news, view.host, t),
    failed: t.failed,
  }[phase];
  return (
    <div class="crowd" role="group" aria-label={format(t.label, { title })}>
      <div class="acts needs-js">
        {phase === "running" ? (
          <button class="btn main" type="button" onClick={cancel}>
            {t.cancel}
          </button>
        ) : (
          <button class="btn main" type="button" onClick={start}>
            {phase === "idle" ? t.start : t.again}
          </button>
        )}
        {phase === "idle" ? (
          <span>{t.idle}</span>
        ) : (
          <span class="how-far">
            <progress max={100} value={percent} aria-label={t.progress} />
            <span class="percent">{format(t.percent, { n: percent })}</span>
          </span>
        )}
      </div>
      <p class={phase === "running" ? "vh" : "said"} role="status">
        {spoken}
      </p>
      {news && <Shown news={news} view={view} t={t} />}
      {held.length > 0 && (
        <div class="held">
          <p class="tag">{t.kernelTitle}</p>
          {held.map(({ probe, state, said }) => {
            const here = news?.probes.find((one) => one.probe === probe);
            return (
              <p key={`${probe} ${state}`}>
                {said}{" "}
                <b>{here ? format(t.here, { t: here.t / 1e6, count: grouped(socketsIn(here, state)) }) : t.notHere}</b>
              </p>
            );
          })}
        </div>
      )}
    </div>
  );
}

function doneText(news: CrowdNews | null, host: string, t: typeof strings): string {
  const most = new Map<State, number>();
  for (const sample of news?.samples ?? [])
    for (const state of ["TIME-WAIT", "CLOSE-WAIT", "ESTABLISHED"] as const)
      most.set(state, Math.max(most.get(state) ?? 0, socketsIn(sample, state)));
  const named = [...most].filter(([, count]) => count > 0).map(([state, count]) => `${grouped(count)} ${state}`);
  return format(t.done, { host, most: named.join(", ") });
}
