/** Strings of a prediction before a run, beyond those that a question has too (quiz.ts). */
export const prediction = {
  tag: "Predict",
  tagDone: "Your prediction",
  lockIn: "Lock in and run it",
  skip: "Skip",
  observe: "What did you observe?",
  observed: "That is what I saw",
  compare: "Compare with what happened",
  lockedIn: "Locked in. Run it below, then say what you saw.",
  skipped: "Skipped. The run below is open.",
  sawIt: "You have seen the run.",
  compared: {
    foreseen: "You predicted it, and you saw it.",
    surprised: "You saw something else than you predicted. That is the point of a run.",
    "seen-as-expected": "You saw what you predicted, and the run shows something else. Step through it once more.",
    "seen-otherwise": "The run shows something else than you saw. Step through it once more.",
  },
} as const;
