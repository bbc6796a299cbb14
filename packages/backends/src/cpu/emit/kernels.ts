import type { Id } from "@residual/graph"
import { constantPool, type ElementaryName, elementaryFunctions, pow, type VectorMath } from "../elementary/index.ts"
import type { Tiles } from "../product/productSpec.ts"
import { type Code, get, sequence, set } from "../wasm/code.ts"
import { functionOf, type MakeLocal, type WasmFunction } from "../wasm/function.ts"
import { f32x4 } from "../wasm/instructions.ts"
import { randomWords } from "./randomWords.ts"
import type { ScalarContext } from "./scalarOperation.ts"
import type { VectorContext } from "./vectorOperation.ts"

/** What a program's kernels are composed with: what they share, each made once. */
export interface KernelContext {
  /** Whether a product and a sum may be rounded once. */
  readonly fused: boolean
  /** What products are computed in. */
  readonly tiles: Tiles
  readonly random: () => WasmFunction
  readonly scalar: (local: MakeLocal) => ScalarContext
  /** What vectors are computed with in one function, and what that function does first. */
  readonly vector: (local: MakeLocal) => { readonly context: VectorContext; readonly before: Code }
  /** Makes what a key stands for, or gives what was made of an equal one. */
  readonly once: <A extends object>(key: string, make: () => A) => A
}

/**
 * A kernel at its place in a program: a function that is given where `reads` and `writes` start, in this order, then the
 * calling thread's scratch memory, and the range of its work.
 */
export interface KernelCall {
  /** What it computes, for people. */
  readonly name: string
  readonly kernel: WasmFunction
  readonly reads: ReadonlyArray<Id>
  readonly writes: ReadonlyArray<Id>
  /** The end of the whole range. */
  readonly pieces: number
  /** Whether threads may share the range out. */
  readonly isShared: boolean
  /** Parts of the range start at multiples of this. */
  readonly unit: number
  /** Bytes of scratch memory that each thread needs. */
  readonly scratchBytes: number
  /** About how many nanoseconds it takes on one thread. */
  readonly cost: number
  /** Whether it only copies what it reads, and has nothing to do where that lies at the place written already. */
  readonly isCopy?: boolean
}

/** A context for one program. */
export const kernelContext = (fused: boolean, tiles: Tiles): KernelContext => {
  const made = new Map<string, object>()
  const once = <A extends object>(key: string, make: () => A): A => {
    const known = made.get(key) as A | undefined
    if (known !== undefined) return known
    const fresh = make()
    made.set(key, fresh)
    return fresh
  }
  const math: VectorMath = {
    multiplyAdd: fused ? f32x4.relaxedMultiplyAdd : (a, b, c) => f32x4.add(f32x4.mul(a, b), c)
  }
  const elementary = (name: ElementaryName): WasmFunction =>
    once(`elementary ${name}`, () =>
      functionOf(["f32"], ["f32"], ([x], local) => {
        const vector = local("v128")
        const whole = elementaryFunctions[name](vector, local, math)
        return sequence(set(vector, f32x4.splat(get(x as never))), f32x4.extractLane(whole, 0))
      })
    )
  const power = (): WasmFunction =>
    once("power", () =>
      functionOf(["f32", "f32"], ["f32"], ([x, y], local) => {
        const [base, exponent] = [local("v128"), local("v128")]
        return sequence(
          set(base, f32x4.splat(get(x as never))),
          set(exponent, f32x4.splat(get(y as never))),
          f32x4.extractLane(pow(base, exponent, local, math), 0)
        )
      })
    )
  return {
    fused,
    tiles,
    once,
    random: () => once("random", randomWords),
    scalar: (local) => ({ local, elementary, power }),
    vector: (local) => {
      const { constant, code } = constantPool(local)
      return { context: { local, math: { ...math, constant } }, before: code }
    }
  }
}
