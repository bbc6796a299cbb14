import { type Case, casesOf } from "../../cases/caseList.ts"

/** What is measured on a GPU where nothing else is asked for. */
const usual = ["W1-64", "W1-128", "W1-256", "W2", "W3-adam", "W4-sgd", "W5-small", "W6"]

/** The cases that words choose on a GPU; no words, for the usual ones. */
export const gpuCasesOf = (words: ReadonlyArray<string>): ReadonlyArray<Case> =>
  casesOf(words.length === 0 ? usual : words)
