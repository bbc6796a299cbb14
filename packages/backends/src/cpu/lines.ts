/** A number of bytes, rounded up to whole cache lines of 64. */
export const lines = (bytes: number): number => Math.ceil(bytes / 64) * 64
