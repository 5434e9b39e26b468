/** What the simulator asks of the page around it: its width, a prediction, the address, the scroll position. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Permalink } from "../../experiment/permalink.ts";

/**
 * Which picture fits. The page is built with both (null); once it lives, only the one that fits is kept up to
 * date.
 */
export function useWidth(): "wide" | "narrow" | null {
  const [width, setWidth] = useState<"wide" | "narrow" | null>(null);
  useEffect(() => {
    const phone = matchMedia("(max-width: 40rem)");
    const fit = (): void => setWidth(phone.matches ? "narrow" : "wide");
    fit();
    phone.addEventListener("change", fit);
    return () => phone.removeEventListener("change", fit);
  }, []);
  return width;
}

/** Whether the page is being printed. */
export function useOnPaper(): boolean {
  const [onPaper, setOnPaper] = useState(false);
  useEffect(() => {
    const change = ({ type }: Event): void => setOnPaper(type === "beforeprint");
    for (const type of ["beforeprint", "afterprint"]) addEventListener(type, change);
    return () => {
      for (const type of ["beforeprint", "afterprint"]) removeEventListener(type, change);
    };
  }, []);
  return onPaper;
}

/** The id of the first prediction about the experiment on this page; null if there is none. */
export function predictionOf(experiment: string): string | null {
  return document.querySelector(`[data-predicts="${CSS.escape(experiment)}"]`)?.id ?? null;
}

/** Room that a run has before it was seen, and below its now-line; about a screen, in the picture's pixels. */
const SCREEN = 520;
const BELOW = 140;
/** It grows by so much at a time, so that what stands below moves seldom. */
const GROWTH = 260;

/**
 * How much of a picture's height is laid out. What is ahead of a first run is not drawn and gets no more than a screen;
 * room once given stays.
 */
export function useRoom(whole: number, now: number, ahead: boolean): number {
  const given = useRef(SCREEN);
  if (!ahead) return whole;
  while (given.current < now + BELOW) given.current += GROWTH;
  return Math.min(whole, given.current);
}

/** Tells whether a prediction about the experiment stands on this page, now and when one appears. */
export function usePrediction(experiment: string, tell: (predicts: boolean) => void): void {
  useEffect(() => {
    tell(predictionOf(experiment) !== null);
    const predicted = (event: Event): void => {
      const detail: unknown = event instanceof CustomEvent ? event.detail : null;
      if (typeof detail === "object" && detail !== null && "experiment" in detail && detail.experiment === experiment)
        tell(true);
    };
    document.addEventListener("lastack:predicted", predicted);
    return () => document.removeEventListener("lastack:predicted", predicted);
  }, [experiment, tell]);
}

/** Marks the run as seen to its end and says so, for the prediction about it. */
export function useSeen(experiment: string, root: RefObject<HTMLElement>, seen: boolean): void {
  useEffect(() => {
    if (!seen) return;
    root.current?.setAttribute("data-seen", "");
    document.dispatchEvent(new CustomEvent("lastack:seen", { detail: { experiment } }));
  }, [experiment, root, seen]);
}

/** What is loaded once there is a link. */
export type Links = typeof import("./links.ts");

/** A link to a step of this run: in the address when the page opens, or followed later. */
export function useLink(
  experiment: string,
  root: RefObject<HTMLElement>,
  follow: (link: Permalink, its: Links) => void,
): void {
  useEffect(() => {
    const look = async (): Promise<void> => {
      if (!location.hash.includes("=")) return;
      const links = await import("./links.ts");
      const link = links.decodeLink(location.hash);
      if (!link) return;
      const simulators = [...document.querySelectorAll("[data-simulator]")];
      const mine = link.experiment === experiment;
      const nobodys = !simulators.some((other) => other.getAttribute("data-simulator") === link.experiment);
      if (mine || (nobodys && simulators[0]?.contains(root.current))) follow(link, links);
    };
    const again = (): void => void look();
    again();
    addEventListener("hashchange", again);
    return () => removeEventListener("hashchange", again);
  }, [experiment, root, follow]);
}

/** The now-line stays in view: the reader should not have to scroll after every step. `at`: its place, 0 to 1. */
export function useNowInView(root: RefObject<HTMLElement>, n: number, at: number | null): void {
  const moved = useRef(false);
  useEffect(() => {
    moved.current ||= n !== 1;
    if (!moved.current || at === null || !root.current?.contains(document.activeElement)) return;
    const svg = [...root.current.querySelectorAll(".pictures svg.fig")].find(
      (one) => one.getBoundingClientRect().height > 0,
    );
    if (!svg) return;
    const box = svg.getBoundingClientRect();
    const y = box.top + at * box.height;
    const docked = root.current.querySelector(".transport")?.getBoundingClientRect().height ?? 0;
    const low = innerHeight - docked - 60;
    if (y < 100 || y > low) scrollBy({ top: y - Math.min(innerHeight * 0.4, low), behavior: "instant" });
  }, [root, n, at]);
}
