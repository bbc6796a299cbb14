import { threefryParity, threefryRotations } from "../../kernel/elementary/threefry.ts"
import { type Code, get, type Local, sequence, set } from "../wasm/code.ts"
import { functionOf, type WasmFunction } from "../wasm/function.ts"
import { i32, i32x4, v128 } from "../wasm/instructions.ts"

const rotated = (x: Local, count: number): Code =>
  v128.or(i32x4.shiftLeft(get(x), i32.constant(count)), i32x4.shiftRightUnsigned(get(x), i32.constant(32 - count)))

/**
 * Four random words: those that a key (its two words, in all lanes) draws at four positions below 2³². A word is the
 * exclusive or of the two that Threefry-2x32 with 20 rounds gives.
 *
 * J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
 */
export const randomWords = (): WasmFunction =>
  functionOf(["v128", "v128", "v128"], ["v128"], (params, local) => {
    const [key0, key1, position] = params as [Local, Local, Local]
    const [x0, x1, third] = [local("v128"), local("v128"), local("v128")]
    const codes: Array<Code> = [
      set(third, v128.xor(v128.xor(get(key0), get(key1)), i32x4.constant(threefryParity))),
      set(x0, get(key0)),
      set(x1, i32x4.add(get(position), get(key1)))
    ]
    const keys = [key1, third, key0]
    for (let group = 0; group < 5; group++) {
      for (const count of threefryRotations[group % 2] as readonly number[]) {
        codes.push(set(x0, i32x4.add(get(x0), get(x1))), set(x1, v128.xor(rotated(x1, count), get(x0))))
      }
      const [now, next] = [keys[group % 3], keys[(group + 1) % 3]] as [Local, Local]
      codes.push(
        set(x0, i32x4.add(get(x0), get(now))),
        set(x1, i32x4.add(i32x4.add(get(x1), get(next)), i32x4.constant(group + 1)))
      )
    }
    return sequence(...codes, v128.xor(get(x0), get(x1)))
  })
