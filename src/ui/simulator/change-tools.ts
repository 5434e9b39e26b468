/** All that a reader needs to change a run, in one piece that is loaded on use. */
export { encodeChange, readChanges } from "../../experiment/change-codec.ts";
export { aim, refuse } from "../../experiment/interventions.ts";
export { changes } from "../../i18n/en/changes.ts";
export { branchText, refusalText } from "../../views/change-text.ts";
export { Branches } from "./Branches.tsx";
export { ChangeForm } from "./ChangeForm.tsx";
export { Other, Parting } from "./Other.tsx";
export { SegmentMenu } from "./SegmentMenu.tsx";
