import type { Id } from "@residual/graph"
import type { Element } from "../../kernel/element.ts"
import type { Index, Loop } from "../../kernel/indexExpression.ts"
import { type Nest, type Pass, type Reduction, rootsOf, type Store } from "../../kernel/nest.ts"
import { visitElements } from "../../kernel/visitIndices.ts"
import { type Code, get, type Local, nothing, sequence, set, setInTurn } from "../wasm/code.ts"
import { when } from "../wasm/control.ts"
import type { MakeLocal, WasmFunction } from "../wasm/function.ts"
import { f32, f32x4, i32, i32x4, select, v128 } from "../wasm/instructions.ts"
import { type ElementCodes, elementCodes } from "./elementCode.ts"
import { bytesOf, reciprocalOf, type Values } from "./elementSource.ts"
import { functionOps } from "./functionOps.ts"
import { levelsOf } from "./levels.ts"
import { type Mode, type Range, stepCode, vectorStepCode } from "./loopCode.ts"
import { reduceOperation, reduceVectors } from "./reduceOperation.ts"
import { type ScalarContext, valueType } from "./scalarOperation.ts"
import { usesOf } from "./uses.ts"
import { unrollOf, vectorLoopOf } from "./vectorLoop.ts"
import type { VectorContext } from "./vectorOperation.ts"

/** What the code of a nest is composed in. */
export interface NestContext {
  readonly local: MakeLocal
  readonly scalar: ScalarContext
  readonly vector: VectorContext
  readonly random: () => WasmFunction
  /** Where a value starts that is read, or written. */
  readonly pointer: (id: Id, access: "read" | "write") => Local
  readonly productRow?: Local
  /** Counters of loops around the nest. */
  readonly outside?: ReadonlyMap<Loop, Local>
  /** From where to where the outermost loop over rows runs; all of it otherwise. */
  readonly range?: Range
}

/** A reduction while it goes on: vectors that are added to, and a number. */
interface Accumulator {
  readonly reduction: Reduction
  readonly vectors: ReadonlyArray<Local>
  readonly number: Local
  /** Where NaN was met, for a maximum that is taken without minding it. */
  readonly unordered?: ReadonlyArray<Local>
}

const opOfReduction = ({ passes }: Nest, reduction: Id): string | undefined =>
  passes.flatMap(({ reductions }) => reductions).find(({ id }) => id === reduction)?.op

/** Whether an element is an exponential, or is loaded where the nest has stored one. */
const isExponential = ({ passes }: Nest, element: Element): boolean => {
  if (element.kind === "operation") return element.op === "exp"
  if (element.kind !== "load") return false
  const store = passes.flatMap(({ stores }) => stores).find(({ id }) => id === element.read)
  return store?.element.kind === "operation" && store.element.op === "exp"
}

/** Whether a pass finds the greatest float of each row, and does nothing else. */
const isMaximumAlone = ({ reductions, stores }: Pass): boolean => {
  const [only, ...others] = reductions
  return only?.op === "max" && only.element.dtype === "f32" && others.length + stores.length === 0
}

/** Ranges of the outermost loop are best cut at multiples of this. */
export const rangeUnit = (nest: Nest): number =>
  nest.kept.length === 1 && vectorLoopOf(nest) === nest.kept[0] ? 16 : 1

/** The code that runs a nest of loops. */
export const nestCode = (nest: Nest, context: NestContext): Code => {
  const { local } = context
  const roots = rootsOf(nest)
  const vectorLoop = vectorLoopOf(nest)
  const unroll = unrollOf(nest)
  const loops = [...nest.kept, ...nest.reduced]
  const innermost = loops.length - 1
  const isRowVector = vectorLoop !== undefined && nest.kept.includes(vectorLoop)
  const levels = levelsOf(nest, roots, vectorLoop)
  const counters = new Map<Loop, Local>([
    ...(context.outside ?? []),
    ...loops.map((loop) => [loop, local("i32")] as const)
  ])
  const uses = usesOf(nest)
  const source = {
    local,
    scalar: context.scalar,
    vector: context.vector,
    random: context.random,
    pointer: (id: Id) => context.pointer(id, "read"),
    ...(context.productRow === undefined ? {} : { productRow: context.productRow }),
    counter: (loop: Loop) => counters.get(loop) as Local,
    vectorLoop,
    levels,
    isShared: (element: Element) => (uses.get(element)?.count ?? 0) > 1,
    innermost
  }
  const codesOf = (values: Values, mode?: Mode): ElementCodes =>
    elementCodes({ ...source, byReciprocals: mode?.byReciprocals === true }, values)
  const target = ({ id }: Store): Local => context.pointer(id, "write")

  /** Keeps what loops from a depth on need and what does not change in them. */
  const prologue = (
    depth: number,
    needed: ReadonlyArray<Element>,
    stores: ReadonlyArray<Store>,
    values: Values
  ): Code => {
    const codes = codesOf(values)
    const kept: Array<Code> = []
    const isReady = (element: Element): boolean =>
      [...levels.reductionsOf(element)].every((id) => values.has(`reduced ${id}`))
    visitElements(needed, (element) => {
      const level = levels.ofElement(element)
      const use = uses.get(element)
      if (level < depth && (use?.deepest ?? -1) >= depth && element.kind !== "number") {
        // Vectors that change with the loop over rows are the row's own, and are kept as such.
        if (!levels.varies(element) && isReady(element)) {
          kept.push(codes.keep(element, vectorLoop !== undefined && use?.byVector === true))
        }
      }
      if ((element.kind === "load" || element.kind === "product") && level >= depth) {
        const pointer = element.kind === "load" ? source.pointer(element.read) : (context.productRow as Local)
        const index = element.kind === "load" ? element.index : (element.coordinates.at(-1) as Index)
        kept.push(codes.keepPointer({ pointer, index, bytes: bytesOf(element.dtype) }, depth))
      }
    })
    for (const store of stores) {
      if (levels.ofIndex(store.place) < depth) continue
      kept.push(
        codes.keepPointer({ pointer: target(store), index: store.place, bytes: bytesOf(store.element.dtype) }, depth)
      )
    }
    return sequence(...kept)
  }

  /** Vectors of the row that loops over its elements need, where rows are the lanes. */
  const rowVectors = (needed: ReadonlyArray<Element>, mode: Mode, values: Values): Code => {
    if (!isRowVector || nest.reduced.length === 0) return nothing
    const codes = codesOf(values)
    const depth = nest.kept.length
    const kept: Array<Code> = []
    visitElements(needed, (element) => {
      const isNeeded = levels.ofElement(element) < depth && (uses.get(element)?.deepest ?? -1) >= depth
      const isReady = [...levels.reductionsOf(element)].every((id) => values.has(`reduced ${id}`))
      if (!isNeeded || !isReady || !levels.varies(element) || element.kind === "reduced") return
      if (mode.lanes === 1) kept.push(codes.keep(element, false))
      else {
        for (let at = 0; at < mode.unroll; at++) {
          const value = local("v128")
          kept.push(set(value, codes.vector(element, at)))
          values.set(`${element.id}v${at}`, value)
        }
      }
    })
    return sequence(...kept)
  }

  /** Runs loops from a depth on, and what is inside. */
  const run = (
    depth: number,
    end: number,
    mode: Mode,
    values: Values,
    needs: { readonly elements: ReadonlyArray<Element>; readonly stores: ReadonlyArray<Store> },
    inside: (mode: Mode, values: Values) => Code
  ): Code => {
    // What is inside has values of its own: a later pass must not find what an earlier one loaded and then stored over.
    if (depth === end) return inside(mode, new Map(values))
    const loop = loops[depth] as Loop
    const before = prologue(depth, needs.elements, needs.stores, values)
    const body = (own: Mode): Code => run(depth + 1, end, own, new Map(values), needs, inside)
    const counter = source.counter(loop)
    const range = depth === 0 && nest.kept.length > 0 ? context.range : undefined
    return sequence(
      before,
      loop === vectorLoop
        ? vectorStepCode(counter, loop.size, range, { ...mode, unroll }, body, local)
        : stepCode(counter, loop.size, range, body(mode))
    )
  }

  /** One pass over the elements of a row. */
  const passCode = (pass: Pass, mode: Mode, values: Values): Code => {
    if (pass.reductions.length + pass.stores.length === 0) return nothing
    const isElementVector = vectorLoop !== undefined && !isRowVector
    const accumulators = pass.reductions.map((reduction): Accumulator => {
      const count = isElementVector ? unroll : mode.lanes === 4 ? mode.unroll : 0
      return {
        reduction,
        vectors: Array.from({ length: count }, () => local("v128")),
        number: local(valueType(reduction.element.dtype))
      }
    })
    const [only] = accumulators
    if (!isElementVector || only === undefined || !isMaximumAlone(pass)) {
      return accumulation(pass, accumulators, mode, values)
    }
    // A maximum that does not mind NaN nor the sign of zero takes a fraction of the time, and says where they matter.
    const quick: Accumulator = { ...only, unordered: only.vectors.map(() => local("v128")) }
    const first = accumulation(pass, [quick], mode, values)
    const again = accumulation(pass, accumulators, mode, new Map(values))
    return sequence(first, when(f32.equal(get(only.number), f32.constant(0)), again))
  }

  const accumulation = (pass: Pass, accumulators: ReadonlyArray<Accumulator>, mode: Mode, values: Values): Code => {
    const elements = [...pass.reductions, ...pass.stores].map(({ element }) => element)
    const starts = accumulators.map(({ reduction, vectors, number, unordered = [] }) => {
      const { start, vectorStart } = reduceOperation(reduction.op, reduction.element.dtype, context.vector.math)
      return sequence(
        set(number, start),
        ...vectors.map((vector) => set(vector, vectorStart)),
        ...unordered.map((vector) => set(vector, i32x4.constant(0)))
      )
    })
    const depth = nest.kept.length
    const needs = { elements, stores: pass.stores }
    const inside = (own: Mode, inner: Values): Code => passBody(pass, accumulators, own, inner)
    const before = rowVectors(elements, mode, values)
    const divisors = vectorLoop !== undefined && !isRowVector ? rowDivisors(elements, values) : []
    const loopsCode =
      divisors.length === 0
        ? run(depth, loops.length, mode, values, needs, inside)
        : byReciprocals(divisors, values, (own, byReciprocals) =>
            run(depth, loops.length, { ...mode, byReciprocals }, own, needs, inside)
          )
    const ends = accumulators.map((accumulator) => finish(accumulator, mode, values))
    return sequence(...starts, before, loopsCode, ...ends)
  }

  /**
   * What exponentials of a row are divided by, where it is a sum: a softmax's. Its weights may be a unit in the last place
   * off; quotients of other numbers are what IEEE 754 has.
   */
  const rowDivisors = (elements: ReadonlyArray<Element>, values: Values): ReadonlyArray<Element> => {
    const found = new Set<Element>()
    visitElements(elements, (element) => {
      if (element.kind !== "operation" || element.op !== "div" || element.dtype !== "f32") return
      const [dividend, divisor] = element.operands as readonly [Element, Element]
      const sums = levels.reductionsOf(divisor)
      const isReady = [...sums].every((id) => values.has(`reduced ${id}`))
      const isSum = sums.size > 0 && [...sums].some((id) => opOfReduction(nest, id) === "sum")
      if (isSum && isReady && isExponential(nest, dividend) && levels.ofElement(divisor) < nest.kept.length) {
        found.add(divisor)
      }
    })
    return [...found]
  }

  /**
   * Runs loops that multiply by reciprocals, which is several times as fast as dividing; or that divide, where one would be
   * no normal number.
   */
  const byReciprocals = (
    divisors: ReadonlyArray<Element>,
    values: Values,
    compose: (values: Values, byReciprocals: boolean) => Code
  ): Code => {
    const codes = codesOf(values)
    const before: Array<Code> = []
    const own: Values = new Map(values)
    let areNormal: Code = i32.constant(1)
    for (const divisor of divisors) {
      const [number, reciprocal] = [local("f32"), local("v128")]
      before.push(
        set(number, codes.scalar(divisor)),
        set(reciprocal, f32x4.splat(f32.div(f32.constant(1), get(number))))
      )
      own.set(reciprocalOf(divisor), reciprocal)
      const size = f32.abs(get(number))
      const isNormal = i32.and(
        f32.greaterEqual(size, f32.constant(2 ** -126)),
        f32.lessEqual(size, f32.constant(2 ** 126))
      )
      areNormal = i32.and(areNormal, isNormal)
    }
    return sequence(...before, when(areNormal, compose(own, true), compose(new Map(values), false)))
  }

  const passBody = (pass: Pass, accumulators: ReadonlyArray<Accumulator>, mode: Mode, values: Values): Code => {
    const codes = codesOf(values, mode)
    const kept: Array<Code> = functionsInTurn(pass, mode, values)
    const written: Array<Code> = []
    for (let at = 0; at < mode.unroll; at++) {
      if (pass.stores.length > 1) {
        // Whatever a store overwrites has been read before: every value is there before the first is stored.
        for (const { element } of pass.stores) kept.push(held(element, mode, at, values))
      }
      for (const { reduction, vectors, number, unordered } of accumulators) {
        const { join, joinVectors } = reduceOperation(reduction.op, reduction.element.dtype, context.vector.math)
        if (mode.lanes === 4 && unordered !== undefined) {
          const [value, vector, flags] = [local("v128"), vectors[at] as Local, unordered[at] as Local]
          kept.push(
            set(value, codes.vector(reduction.element, at)),
            set(vector, f32x4.pseudoMax(get(vector), get(value))),
            set(flags, v128.or(get(flags), f32x4.notEqual(get(value), get(value))))
          )
        } else if (mode.lanes === 4) {
          const vector = vectors[at] as Local
          kept.push(set(vector, joinVectors(get(vector), codes.vector(reduction.element, at))))
        } else {
          const value = local(number.type)
          kept.push(set(value, codes.scalar(reduction.element)), set(number, join(number, value)))
        }
      }
      for (const store of pass.stores) {
        written.push(
          mode.lanes === 4 ? codes.storeVector(store, target(store), at) : codes.storeScalar(store, target(store))
        )
      }
      if (pass.stores.length <= 1) kept.push(...written.splice(0))
    }
    return sequence(...kept, ...written)
  }

  /**
   * The functions of a pass, which are long chains of operations that wait for each other: for all vectors of a step before
   * anything else is done with them, operation by operation in turn.
   */
  const functionsInTurn = (pass: Pass, mode: Mode, values: Values): Array<Code> => {
    if (mode.lanes !== 4 || mode.unroll === 1) return []
    const codes: Array<Code> = []
    visitElements(rootsOf({ passes: [pass], rowStores: [] }), (element) => {
      if (element.kind !== "operation" || !functionOps.has(element.op) || !levels.varies(element)) return
      const steps = Array.from({ length: mode.unroll }, (_, at) => at)
      if (steps.some((at) => values.has(`${element.id}v${at}`))) return
      const own = steps.map((at) => codesOf(values, mode).vector(element, at))
      const locals = steps.map(() => local("v128"))
      for (const at of steps) values.set(`${element.id}v${at}`, locals[at] as Local)
      codes.push(setInTurn(locals, own))
    })
    return codes
  }

  /** Computes an element into a local, whence it is stored. */
  const held = (element: Element, mode: Mode, at: number, values: Values): Code => {
    if (element.kind === "number") return nothing
    const codes = codesOf(values, mode)
    const isVector = mode.lanes === 4
    const key = isVector ? (levels.varies(element) ? `${element.id}v${at}` : `${element.id}s`) : `${element.id}`
    if (values.has(key)) return nothing
    const code = isVector ? codes.vector(element, at) : codes.scalar(element)
    const value = local(isVector ? "v128" : valueType(element.dtype))
    values.set(key, value)
    return set(value, code)
  }

  /** Puts what was reduced where the row finds it. */
  const finish = ({ reduction, vectors, number, unordered }: Accumulator, mode: Mode, values: Values): Code => {
    const { id, op, element } = reduction
    const operation = reduceOperation(op, element.dtype, context.vector.math)
    values.set(`reduced ${id}`, number)
    const reduced = reducedElements.get(id)
    if (isRowVector && mode.lanes === 4) {
      for (const each of reduced ?? []) {
        for (const [at, vector] of vectors.entries()) values.set(`${each.id}v${at}`, vector)
      }
      return nothing
    }
    for (const each of reduced ?? []) values.set(`${each.id}`, number)
    if (isRowVector || vectors.length === 0) return nothing
    const total = local(number.type)
    const reducedVectors = reduceVectors(operation, element.dtype, vectors, local)
    const isUnordered = unordered && v128.anyTrue(unordered.map(get).reduce((all, flags) => v128.or(all, flags)))
    return sequence(
      set(
        total,
        isUnordered === undefined ? reducedVectors : select(f32.constant(Number.NaN), reducedVectors, isUnordered)
      ),
      set(number, operation.join(total, number))
    )
  }

  const reducedElements = new Map<Id, Array<Element>>()
  visitElements(roots, (element) => {
    if (element.kind !== "reduced") return
    const known = reducedElements.get(element.reduction)
    if (known === undefined) reducedElements.set(element.reduction, [element])
    else known.push(element)
  })

  const row = (mode: Mode, values: Values): Code => {
    const passes = nest.passes.map((pass) => passCode(pass, mode, values))
    const codes = codesOf(values)
    const kept: Array<Code> = []
    const written: Array<Code> = []
    for (let at = 0; at < (mode.lanes === 4 && isRowVector ? mode.unroll : 1); at++) {
      const own: Mode = isRowVector ? mode : { lanes: 1, unroll: 1 }
      if (nest.rowStores.length > 1) for (const { element } of nest.rowStores) kept.push(held(element, own, at, values))
      for (const store of nest.rowStores) {
        written.push(
          own.lanes === 4 ? codes.storeVector(store, target(store), at) : codes.storeScalar(store, target(store))
        )
      }
    }
    return sequence(...passes, ...kept, ...written)
  }

  const stores = [...nest.passes.flatMap((pass) => pass.stores), ...nest.rowStores]
  return run(0, nest.kept.length, { lanes: 1, unroll: 1 }, new Map(), { elements: roots, stores }, row)
}
