/** The reader's progress in an island: read before the first paint, and again when it changes. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Progress } from "../../progress/model.ts";
import type { Status } from "../../progress/store.ts";
import { progressStore } from "./progress.ts";

/** What is known about the reader; null on the server and until the island runs. */
export function useProgress(): { readonly progress: Progress; readonly status: Status } | null {
  const [known, setKnown] = useState<{ progress: Progress; status: Status } | null>(null);
  // Before the first paint of the island, so that nothing is shown and then changed.
  useLayoutEffect(() => {
    const found = progressStore();
    const read = () => setKnown({ progress: found.progress(), status: found.status() });
    read();
    return found.subscribe(read);
  }, []);
  return known;
}

type Notice = typeof import("./Trouble.tsx").TroubleNotice;

/** The warning, once there is something to warn of; it is rare and comes when it is needed. */
export function useTrouble(status: Status | undefined): Notice | null {
  const [notice, setNotice] = useState<Notice | null>(null);
  const troubled = status !== undefined && (status.trouble !== null || status.aside !== null);
  useEffect(() => {
    if (troubled) void import("./Trouble.tsx").then(({ TroubleNotice }) => setNotice(() => TroubleNotice));
  }, [troubled]);
  return troubled ? notice : null;
}
