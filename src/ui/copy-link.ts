/**
 * Puts an address into the clipboard, or, where that is not allowed, into the address bar, which it must be an address
 * of. In a frame the bar that the reader sees is another page's.
 * @returns where it is now; "nowhere": it has to be shown
 */
export async function copyLink(address: string): Promise<"clipboard" | "bar" | "nowhere"> {
  try {
    await navigator.clipboard.writeText(new URL(address, location.href).href);
    return "clipboard";
  } catch {
    if (parent !== window) return "nowhere";
    history.replaceState(history.state, "", address);
    return "bar";
  }
}
