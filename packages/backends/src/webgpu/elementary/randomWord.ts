import { threefryParity, threefryRotations } from "../../kernel/elementary/threefry.ts"
import type { WgslFunction } from "../wgsl/wgslFunction.ts"

const lines: Array<string> = []
const keys = ["key1", "third", "key0"]
for (let group = 0; group < 5; group++) {
  for (const count of threefryRotations[group % 2] as readonly number[]) {
    lines.push("x0 += x1;", `x1 = ((x1 << ${count}u) | (x1 >> ${32 - count}u)) ^ x0;`)
  }
  lines.push(`x0 += ${keys[group % 3]};`, `x1 += ${keys[(group + 1) % 3]} + ${group + 1}u;`)
}

/**
 * The random word that a key, its two words, draws at a position: the exclusive or of the two that Threefry-2x32 with 20
 * rounds gives.
 *
 * J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
 */
export const randomWord: WgslFunction = {
  name: "random_word",
  uses: [],
  source: `fn random_word(key0: u32, key1: u32, position: u32) -> u32 {
  let third = key0 ^ key1 ^ ${threefryParity}u;
  var x0 = key0;
  var x1 = position + key1;
  ${lines.join("\n  ")}
  return x0 ^ x1;
}`
}
