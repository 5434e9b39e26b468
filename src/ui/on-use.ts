/**
 * `client:use`: an island that is whole without its script gets it when a pointer or the focus comes to it. What was
 * typed before the script came stays.
 */
import type { ClientDirective } from "astro";

const onUse: ClientDirective = (load, _options, island) => {
  const begin = async (): Promise<void> => {
    for (const event of EVENTS) island.removeEventListener(event, begin);
    const hydrate = await load();
    const fields = [...island.querySelectorAll("input")];
    const typed = fields.map(({ value }) => value);
    await hydrate();
    for (const [at, field] of fields.entries()) {
      if (typed[at] === field.defaultValue) continue;
      field.value = typed[at] ?? "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };
  for (const event of EVENTS) island.addEventListener(event, begin);
};
const EVENTS = ["pointerover", "focusin"] as const;

export default onUse;
