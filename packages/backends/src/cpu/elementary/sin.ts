import { get, sequence, set } from "../wasm/code.ts"
import { f32x4, v128 } from "../wasm/instructions.ts"
import { signOf } from "./sign.ts"
import { sineAt } from "./sinCos.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

/** sin(x) = ± sin(|x|). */
export const sin: ElementaryFunction = (x, local, math) => {
  const magnitude = local("v128")
  return sequence(set(magnitude, f32x4.abs(get(x))), v128.xor(sineAt(magnitude, 0, local, math), signOf(x)))
}
