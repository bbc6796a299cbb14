import type { Code } from "../wasm/code.ts"
import { v128 } from "../wasm/instructions.ts"
import type { VectorMath } from "./vectorMath.ts"

/** Numbers in all lanes. */
export interface Constants {
  /** A float of 32 bits. */
  readonly float: (value: number) => Code
  /** An integer of 32 bits. */
  readonly integer: (value: number) => Code
  /** A float of 64 bits. */
  readonly double: (value: number) => Code
  /** The high word of a float of 64 bits, the low one 0. */
  readonly highWord: (value: number) => Code
}

/** Constants as the surroundings want them. */
export const constantsOf = ({ constant = v128.constant }: VectorMath): Constants => {
  const words = (low: number, high: number): Code => constant([low, high, low, high])
  const integer = (value: number): Code => words(value, value)
  return {
    integer,
    float: (value) => integer(new Uint32Array(Float32Array.of(value).buffer)[0] as number),
    double: (value) => {
      const [low, high] = new Uint32Array(Float64Array.of(value).buffer) as unknown as readonly [number, number]
      return words(low, high)
    },
    highWord: (value) => words(0, value)
  }
}
