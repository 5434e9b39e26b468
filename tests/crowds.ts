/** Crowds as tests read them. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { type CrowdFile, readCrowd } from "../src/experiment/crowd-file.ts";

const FOLDER = fileURLToPath(new URL("../content/crowds/", import.meta.url));

/** Every file of content/crowds, checked. */
export function crowds(): readonly CrowdFile[] {
  return readdirSync(FOLDER).map((file) =>
    readCrowd(
      file.replace(/\.yaml$/, ""),
      parse(readFileSync(FOLDER + file, "utf8")) as Readonly<Record<string, unknown>>,
    ),
  );
}
