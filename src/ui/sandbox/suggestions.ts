/** Commands that make sense at this moment and lead somewhere, for the buttons. */
import type { Scene } from "../../experiment/command-words.ts";
import { read } from "../../experiment/commands.ts";
import { descriptorsAfter } from "../../experiment/interventions.ts";

/** At most so many, so that a phone shows them without a scroll. */
const MOST = 12;

export function suggestions(scene: Scene): readonly string[] {
  const held = descriptorsAfter(scene.events);
  const listens = [...held.values()].flat().some(({ is }) => is === "listener");
  const begun = scene.events.some(({ k }) => k === "send");
  const wanted = scene.experiment.programs.flatMap(({ name, host }) => {
    const own = held.get(name) ?? [];
    const has = (is: string): boolean => own.some((one) => one.is === is);
    const peer = scene.experiment.programs.find((other) => other.host !== host);
    return [
      ...(has("listener") ? [`${name} accept`] : []),
      ...(!listens && peer && name !== scene.experiment.programs[0]?.name ? [`${name} listen`] : []),
      ...(listens && !has("listener") && !has("connection") ? [`${name} connect`] : []),
      ...(has("connection")
        ? [`${name} send 100`, `${name} recv`, `${name} shutdown write`, `${name} close`, `drop next FIN from ${name}`]
        : []),
    ];
  });
  const all = [...wanted, ...(begun ? ["wait", "wait 60s"] : []), "help"];
  return all.filter((line) => "do" in read(line, scene)).slice(0, MOST + 2);
}
