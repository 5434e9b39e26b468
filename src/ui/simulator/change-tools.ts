/** All that a reader needs to change a run, in one piece that is loaded on use. */
import address from "../../styles/changes.css?url";
import { encodeChange } from "../../experiment/change-codec.ts";
import { readChanges } from "../../experiment/read-changes.ts";
import { aim } from "../../experiment/interventions.ts";
import { changes } from "../../i18n/en/changes.ts";
import { branchText, changeText, lostText } from "../../views/change-text.ts";
import { parting } from "../../views/parting.ts";
import { saveChanged } from "../download.ts";
import { loadStyle } from "../load-style.ts";
import { Branches } from "./Branches.tsx";
import { ChangeForm } from "./ChangeForm.tsx";
import { driven } from "./driven.ts";
import { Other, Parting } from "./Other.tsx";
import { SegmentMenu } from "./SegmentMenu.tsx";

/** To be awaited before the tools are shown. */
export const styled = (): Promise<void> => loadStyle(address);

export const tools = {
  encodeChange,
  readChanges,
  aim,
  parting,
  changes,
  branchText,
  changeText,
  lostText,
  saveChanged,
  driven,
  Branches,
  ChangeForm,
  Other,
  Parting,
  SegmentMenu,
};
