import type { DType } from "@residual/core"
import type { Element } from "../../kernel/element.ts"
import {
  add,
  type Computed,
  coefficientOf,
  constant,
  type Index,
  ofLoop,
  substitute
} from "../../kernel/indexExpression.ts"
import type { Store } from "../../kernel/nest.ts"
import { type Code, get, type Local, sequence, set, tee } from "../wasm/code.ts"
import { call, drop } from "../wasm/control.ts"
import { f32, f32x4, f64, i32, i32x4, select, v128 } from "../wasm/instructions.ts"
import { addressCodes, type Base, withoutLoop } from "./addressCode.ts"
import { boundAbove, largerOf, smallerOf } from "./bound.ts"
import { bytesOf, type ElementSource, reciprocalOf, type Values } from "./elementSource.ts"
import { conditionsCode, type IndexSource, indexCode } from "./indexCode.ts"
import { scalarConstant, scalarOperations, valueType } from "./scalarOperation.ts"
import { fromLanes, splat, vectorConstant, vectorOperations } from "./vectorOperation.ts"

/** The codes of elements at one point of a kernel, in the order in which they are asked for. */
export interface ElementCodes {
  /** An element, `shift` steps of the vector loop further on. */
  readonly scalar: (element: Element, shift?: number) => Code
  /** An element at four steps of the vector loop, the `unroll`-th four. */
  readonly vector: (element: Element, unroll: number) => Code
  readonly storeScalar: (store: Store, target: Local) => Code
  readonly storeVector: (store: Store, target: Local, unroll: number) => Code
  /** Keeps in a local where accesses of a base start in a loop: what does not change there. */
  readonly keepPointer: (base: Base, depth: number) => Code
  /** Keeps an element in a local, as a number and, for vectors, in all lanes. */
  readonly keep: (element: Element, forVectors: boolean) => Code
}

/** Composes codes over the values at hand, to which it adds what it keeps. */
export const elementCodes = (source: ElementSource, values: Values): ElementCodes => {
  const { local, levels, vectorLoop } = source
  const shiftedBy = (index: Index, shift: number): Index =>
    shift === 0
      ? index
      : substitute(index, {
          loop: (loop) => (loop === vectorLoop ? add(ofLoop(loop), constant(shift)) : ofLoop(loop)),
          element: (element: Computed) => element
        })

  /** The value of counters, and of integers computed `shift` steps further on. */
  const indexSource = (shift: number): IndexSource => ({
    loop: (loop) =>
      loop === vectorLoop
        ? i32.shiftRightUnsigned(get(source.counter(loop)), i32.constant(2))
        : get(source.counter(loop)),
    computed: (element) => scalar(element, shift)
  })

  const counted = (index: Index, shift = 0): Code => indexCode(shiftedBy(index, shift), indexSource(shift))

  const baseOf = (element: Element & { readonly kind: "load" | "product" }): Base => {
    const bytes = bytesOf(element.dtype)
    if (element.kind === "load") {
      return { pointer: source.pointer(element.read), index: element.index, bytes }
    }
    return { pointer: source.productRow as Local, index: element.coordinates.at(-1) as Index, bytes }
  }

  const addresses = addressCodes(source, values, indexSource, shiftedBy)

  const loadOf = (dtype: DType.DType) => (dtype === "f32" ? f32 : dtype === "f64" ? f64 : i32).load

  const kept = (key: string, element: Element, code: Code, type: Local["type"]): Code => {
    if (!source.isShared(element)) return code
    const value = local(type)
    values.set(key, value)
    return tee(value, code)
  }

  const scalar = (element: Element, steps = 0): Code => {
    if (element.kind === "number") return scalarConstant(element.dtype, element.value)
    const shift = levels.varies(element) ? steps : 0
    const key = shift === 0 ? `${element.id}` : `${element.id}@${shift}`
    const known = values.get(key)
    if (known !== undefined) return get(known)
    const lanes = levels.varies(element) ? values.get(`${element.id}v${shift >> 2}`) : undefined
    if (lanes !== undefined) return lane(element.dtype, lanes, shift & 3)
    return kept(key, element, scalarOf(element, shift), valueType(element.dtype))
  }

  const lane = (dtype: DType.DType, vector: Local, at: number): Code => {
    if (dtype === "f32") return f32x4.extractLane(get(vector), at)
    const word = i32x4.extractLane(get(vector), at)
    return dtype === "bool" ? i32.and(word, i32.constant(1)) : word
  }

  const scalarOf = (element: Exclude<Element, { readonly kind: "number" }>, shift: number): Code => {
    switch (element.kind) {
      case "index": {
        const code = counted(element.index, shift)
        if (element.dtype === "f32") return f32.convertI32Signed(code)
        return element.dtype === "f64" ? f64.convertI32Signed(code) : code
      }
      case "load":
      case "product": {
        const { code, offset } = addresses.of(baseOf(element), shift)
        return loadOf(element.dtype)(code, offset)
      }
      case "choice": {
        const inside = scalar(element.inside, shift)
        const outside = scalar(element.outside, shift)
        const conditions = element.conditions.map((condition) => ({
          ...condition,
          index: shiftedBy(condition.index, shift)
        }))
        return select(inside, outside, conditionsCode(conditions, indexSource(shift)))
      }
      case "random": {
        const [high, low] = element.key.map((word) => i32x4.splat(scalar(word, shift))) as [Code, Code]
        return i32x4.extractLane(call(source.random(), high, low, i32x4.splat(counted(element.index, shift))), 0)
      }
      case "operation": {
        const operation = scalarOperations[element.op]
        if (operation === undefined) throw new Error(`no code computes "${element.op}"`)
        const operands = inWrittenOrder(element, (operand) => scalar(operand, shift))
        const from = element.operands[element.op === "where" ? 1 : 0]?.dtype ?? element.dtype
        return operation({ operands, from, to: element.dtype, context: source.scalar })
      }
      case "reduced":
        throw new Error(`the reduction %${element.reduction} is needed before it is done`)
    }
  }

  const vector = (element: Element, unroll: number): Code => {
    if (element.kind === "number") return vectorConstant(element.dtype, element.value, source.vector.math)
    if (!levels.varies(element)) {
      const key = `${element.id}s`
      const known = values.get(key)
      if (known !== undefined) return get(known)
      return kept(key, element, splat(element.dtype, scalar(element)), "v128")
    }
    const key = `${element.id}v${unroll}`
    const known = values.get(key)
    if (known !== undefined) return get(known)
    return kept(key, element, vectorOf(element, unroll) ?? lanesOf(element, unroll), "v128")
  }

  const lanesOf = (element: Element, unroll: number): Code =>
    fromLanes(
      element.dtype,
      [0, 1, 2, 3].map((at) => scalar(element, 4 * unroll + at)),
      local
    )

  const vectorOf = (element: Exclude<Element, { readonly kind: "number" }>, unroll: number): Code | undefined => {
    switch (element.kind) {
      case "index": {
        if (!hasSteps(element.index)) return undefined
        const numbers = indices(element.index, unroll)
        return element.dtype === "f32" ? f32x4.convertI32Signed(numbers) : numbers
      }
      case "load":
      case "product": {
        const base = baseOf(element)
        if (!isRun(base.index)) return undefined
        const { code, offset } = addresses.of(base, 4 * unroll)
        const loaded = v128.load(code, offset)
        return element.dtype === "bool" ? i32x4.notEqual(loaded, vectorConstant("i32", 0, source.vector.math)) : loaded
      }
      case "choice": {
        if (element.conditions.some(({ index }) => levels.indexVaries(index))) return undefined
        const inside = vector(element.inside, unroll)
        const outside = vector(element.outside, unroll)
        return select(inside, outside, conditionsCode(element.conditions, indexSource(0)), true)
      }
      case "random": {
        if (!hasSteps(element.index)) return undefined
        const [high, low] = element.key.map((word) => vector(word, unroll)) as [Code, Code]
        return call(source.random(), high, low, indices(element.index, unroll))
      }
      case "operation": {
        const { op } = element
        const from = element.operands[op === "where" ? 1 : 0]?.dtype ?? element.dtype
        const [first, second] = element.operands as readonly [Element, Element]
        if (op === "shiftLeft" || op === "shiftRight") {
          if (levels.varies(second)) return undefined
          return vectorOperation(op, [vector(first, unroll), scalar(second)], from, element.dtype)
        }
        if (op === "maximum" && from === "f32") {
          const bound = [first, second].find(({ kind }) => kind === "number")
          if (bound?.kind === "number" && !Number.isNaN(bound.value)) {
            return largerOf(bound.value, vector(bound === first ? second : first, unroll), source.vector.math)
          }
        }
        if (op === "neg" && from === "f32") {
          const bounded = source.isShared(first) ? undefined : boundAbove(first)
          if (bounded !== undefined) {
            return smallerOf(bounded.bound, vector(bounded.element, unroll), source.vector.math)
          }
        }
        if (op === "div" && from === "f32" && source.byReciprocals) {
          const reciprocal = values.get(reciprocalOf(second))
          if (reciprocal !== undefined) return f32x4.mul(vector(first, unroll), get(reciprocal))
        }
        if (op === "mod" || (op === "div" && from !== "f32")) return undefined
        const operands = inWrittenOrder(element, (operand) => vector(operand, unroll))
        return vectorOperation(op, operands, from, element.dtype)
      }
      case "reduced":
        throw new Error(`the reduction %${element.reduction} is needed before it is done`)
    }
  }

  const vectorOperation = (op: string, operands: ReadonlyArray<Code>, from: DType.DType, to: DType.DType): Code => {
    const operation = vectorOperations[op]
    if (operation === undefined) throw new Error(`no code computes "${op}"`)
    return operation({ operands, from, to, context: source.vector })
  }

  /** Whether lanes find an index side by side. */
  const isRun = (index: Index): boolean =>
    vectorLoop !== undefined && coefficientOf(index, vectorLoop) === 1 && hasSteps(index)

  /** Whether lanes find an index in steps of constant size. */
  const hasSteps = (index: Index): boolean => !levels.indexVaries(withoutLoop(index, vectorLoop))

  /** An index in each lane. */
  const indices = (index: Index, unroll: number): Code => {
    const step = vectorLoop === undefined ? 0 : coefficientOf(index, vectorLoop)
    const at = 4 * unroll * step
    return i32x4.add(i32x4.splat(counted(index)), v128.constant([at, at + step, at + 2 * step, at + 3 * step]))
  }

  const baseOfStore = ({ place, element }: Store, target: Local): Base => ({
    pointer: target,
    index: place,
    bytes: bytesOf(element.dtype)
  })

  const storeScalar = (store: Store, target: Local): Code => {
    const { dtype } = store.element
    const { code, offset } = addresses.of(baseOfStore(store, target), 0)
    const instructions = dtype === "f32" ? f32 : dtype === "f64" ? f64 : i32
    return instructions.store(code, scalar(store.element), offset)
  }

  const storeVector = (store: Store, target: Local, unroll: number): Code => {
    const { dtype } = store.element
    const base = baseOfStore(store, target)
    const value = vector(store.element, unroll)
    const words = dtype === "bool" ? v128.and(value, vectorConstant("i32", 1, source.vector.math)) : value
    if (isRun(store.place)) {
      const { code, offset } = addresses.of(base, 4 * unroll)
      return v128.store(code, words, offset)
    }
    const whole = local("v128")
    const lanes = [0, 1, 2, 3].map((at) => {
      const { code, offset } = addresses.of(base, 4 * unroll + at)
      return v128.store32Lane(code, get(whole), at, offset)
    })
    return sequence(set(whole, words), ...lanes)
  }

  const keep = (element: Element, forVectors: boolean): Code => {
    const codes: Array<Code> = []
    const hold = (key: string, type: Local["type"], code: () => Code): void => {
      if (values.has(key)) return
      const composed = code()
      // Composing may have kept it on the way.
      const known = values.get(key)
      const value = known ?? local(type)
      values.set(key, value)
      codes.push(known === undefined ? set(value, composed) : drop(composed))
    }
    hold(`${element.id}`, valueType(element.dtype), () => scalar(element))
    if (forVectors) hold(`${element.id}s`, "v128", () => vector(element, 0))
    return sequence(...codes)
  }

  return { scalar, vector, storeScalar, storeVector, keepPointer: addresses.keep, keep }
}

/**
 * Composes operands in the order in which the instruction takes them, so that what one keeps is there for the next: a
 * choice takes its condition last.
 */
const inWrittenOrder = (
  { op, operands }: Element & { readonly kind: "operation" },
  compose: (operand: Element) => Code
): ReadonlyArray<Code> => {
  if (op !== "where") return operands.map(compose)
  const [condition, a, b] = operands as readonly [Element, Element, Element]
  const [first, second] = [compose(a), compose(b)]
  return [compose(condition), first, second]
}
