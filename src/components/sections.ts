/** The entries of the header that a page can belong to. */
export type Section = "course" | "reference" | "claims" | "experiments" | "sandbox" | "facts" | "lab";
