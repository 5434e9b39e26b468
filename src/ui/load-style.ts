/** Styles of what is loaded on use. Astro would put an imported sheet into every page that could use it. */
const loaded = new Map<string, Promise<void>>();

/** @param address of a sheet, from `import address from "….css?url"`; resolves once its rules apply */
export function loadStyle(address: string): Promise<void> {
  const known = loaded.get(address);
  if (known) return known;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  const arrives = new Promise<void>((resolve) => {
    link.addEventListener("load", () => resolve());
    // Without its sheet a tool is plain, and still there.
    link.addEventListener("error", () => resolve());
  });
  document.head.append(link);
  loaded.set(address, arrives);
  return arrives;
}
