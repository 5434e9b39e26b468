/**
 * Puts the address of this page with another fragment into the clipboard, or into the address bar where that is not
 * allowed.
 * @param fragment from `#` on
 * @returns where it is now
 */
export async function copyLink(fragment: string): Promise<"clipboard" | "bar"> {
  try {
    await navigator.clipboard.writeText(new URL(fragment, location.href).href);
    return "clipboard";
  } catch {
    history.replaceState(history.state, "", fragment);
    return "bar";
  }
}
