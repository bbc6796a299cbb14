import { get, sequence, set } from "../wasm/code.ts"
import { f32x4 } from "../wasm/instructions.ts"
import { sineAt } from "./sinCos.ts"
import type { ElementaryFunction } from "./vectorMath.ts"

/** cos(x) = sin(|x| + π/2). */
export const cos: ElementaryFunction = (x, local, math) => {
  const magnitude = local("v128")
  return sequence(set(magnitude, f32x4.abs(get(x))), sineAt(magnitude, 1, local, math))
}
