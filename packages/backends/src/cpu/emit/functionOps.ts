import { elementaryFunctions } from "../elementary/index.ts"

/** Ops whose lanes are computed by a function of dozens of instructions. */
export const functionOps: ReadonlySet<string> = new Set([...Object.keys(elementaryFunctions), "pow"])
