import { scalarText } from "../wgsl/scalar.ts"

/** A float of 32 bits as WGSL writes it. */
export const float = (value: number): string => scalarText("f32", value)
