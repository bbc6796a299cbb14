import type { Unaddressed } from "../protocol/report.ts"

/** Tells the page something of the run at hand. */
export type Tell = (report: Unaddressed) => void
