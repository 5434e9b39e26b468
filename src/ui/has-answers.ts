import { STORAGE_KEY } from "../progress/key.ts";

/** Whether this browser keeps any answers, asked without loading the store. */
export function hasAnswers(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== null;
  } catch {
    return false;
  }
}
