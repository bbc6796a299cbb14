/** The first of ln 2's two parts. It has 9 bits: its products with integers of up to 15 bits are exact, fused or not. */
export const ln2High = 355 / 512

/** What the first part of ln 2 leaves. */
export const ln2Low = Math.LN2 - ln2High
