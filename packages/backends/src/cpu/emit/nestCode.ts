import type { Id } from "@residual/graph"
import type { Element } from "../../kernel/element.ts"
import type { Loop } from "../../kernel/indexExpression.ts"
import type { Nest, Pass, Reduction, Store } from "../../kernel/nest.ts"
import { dependencies, visitElements } from "../../kernel/visitIndices.ts"
import { type Code, get, type Local, nothing, sequence, set } from "../wasm/code.ts"
import { branchIf, loop as repeat, when } from "../wasm/control.ts"
import type { MakeLocal, WasmFunction } from "../wasm/function.ts"
import { i32 } from "../wasm/instructions.ts"
import { bytesOf, type ElementCodes, elementCodes, type Values } from "./elementCode.ts"
import { levelsOf } from "./levels.ts"
import { reduceOperation, reduceVectors } from "./reduceOperation.ts"
import { type ScalarContext, valueType } from "./scalarOperation.ts"
import { rootsOf, unrollOf, vectorLoopOf } from "./vectorLoop.ts"
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
  readonly range?: { readonly from: Local; readonly to: Local }
}

/** How much is computed in one step of the vector loop: one element, or some vectors. */
interface Mode {
  readonly lanes: 1 | 4
  readonly unroll: number
}

/** A reduction while it goes on: vectors that are added to, and a number. */
interface Accumulator {
  readonly reduction: Reduction
  readonly vectors: ReadonlyArray<Local>
  readonly number: Local
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
  const codesOf = (values: Values): ElementCodes => elementCodes(source, values)
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
      if (depth === innermost && (element.kind === "load" || element.kind === "product") && level >= depth) {
        const pointer = element.kind === "load" ? source.pointer(element.read) : (context.productRow as Local)
        const index = element.kind === "load" ? element.index : element.coordinates.at(-1)
        const name = element.kind === "load" ? `${element.read}` : "product"
        if (index !== undefined) kept.push(codes.keepPointer({ name, pointer, index, bytes: bytesOf(element.dtype) }))
      }
    })
    if (depth === innermost) {
      for (const store of stores) {
        const base = {
          name: `to ${store.id}`,
          pointer: target(store),
          index: store.place,
          bytes: bytesOf(store.element.dtype)
        }
        kept.push(codes.keepPointer(base))
      }
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
      loop === vectorLoop ? vectorSteps(loop, counter, range, body) : steps(loop, counter, range, () => body(mode))
    )
  }

  const steps = (loop: Loop, counter: Local, range: NestContext["range"], body: () => Code): Code => {
    const [from, to] =
      range === undefined ? [i32.constant(0), i32.constant(loop.size)] : [get(range.from), get(range.to)]
    return sequence(set(counter, from), counted(counter, to, 1, body(), range === undefined))
  }

  /** Runs a body while a counter is below an end, by steps. */
  const counted = (counter: Local, end: Code, step: number, body: Code, runsOnce: boolean): Code => {
    const goesOn = i32.lessSigned(get(counter), end)
    const repeated = repeat((start) =>
      sequence(body, set(counter, i32.add(get(counter), i32.constant(step))), branchIf(start, goesOn))
    )
    return runsOnce ? repeated : when(goesOn, repeated)
  }

  /** The vector loop: several vectors at a time, then one, then single elements. Its counter counts bytes. */
  const vectorSteps = (loop: Loop, counter: Local, range: NestContext["range"], body: (mode: Mode) => Code): Code => {
    const modes: ReadonlyArray<Mode> = [
      { lanes: 4, unroll },
      ...(unroll > 1 ? [{ lanes: 4, unroll: 1 } as const] : []),
      { lanes: 1, unroll: 1 }
    ]
    if (range !== undefined) {
      const end = local("i32")
      return sequence(
        set(counter, i32.shiftLeft(get(range.from), i32.constant(2))),
        set(end, i32.shiftLeft(get(range.to), i32.constant(2))),
        ...modes.map((mode) => {
          const step = 4 * mode.lanes * mode.unroll
          return counted(
            counter,
            step === 4 ? get(end) : i32.sub(get(end), i32.constant(step - 4)),
            step,
            body(mode),
            false
          )
        })
      )
    }
    let done = 0
    const parts = modes.map((mode) => {
      const step = mode.lanes * mode.unroll
      const times = Math.floor((loop.size - done) / step)
      done += times * step
      return times === 0 ? nothing : counted(counter, i32.constant(4 * done), 4 * step, body(mode), true)
    })
    return sequence(set(counter, i32.constant(0)), ...parts)
  }

  /** One pass over the elements of a row. */
  const passCode = (pass: Pass, mode: Mode, values: Values): Code => {
    const elements = [...pass.reductions, ...pass.stores].map(({ element }) => element)
    if (elements.length === 0) return nothing
    const isElementVector = vectorLoop !== undefined && !isRowVector
    const accumulators = pass.reductions.map((reduction): Accumulator => {
      const count = isElementVector ? unroll : mode.lanes === 4 ? mode.unroll : 0
      return {
        reduction,
        vectors: Array.from({ length: count }, () => local("v128")),
        number: local(valueType(reduction.element.dtype))
      }
    })
    const starts = accumulators.map(({ reduction, vectors, number }) => {
      const { start, vectorStart } = reduceOperation(reduction.op, reduction.element.dtype, context.vector.math)
      return sequence(set(number, start), ...vectors.map((vector) => set(vector, vectorStart)))
    })
    const depth = nest.kept.length
    const needs = { elements, stores: pass.stores }
    const inside = (own: Mode, inner: Values): Code => passBody(pass, accumulators, own, inner)
    const before = rowVectors(elements, mode, values)
    const loopsCode = run(depth, loops.length, mode, values, needs, inside)
    const ends = accumulators.map((accumulator) => finish(accumulator, mode, values))
    return sequence(...starts, before, loopsCode, ...ends)
  }

  const passBody = (pass: Pass, accumulators: ReadonlyArray<Accumulator>, mode: Mode, values: Values): Code => {
    const codes = codesOf(values)
    const kept: Array<Code> = []
    const written: Array<Code> = []
    for (let at = 0; at < mode.unroll; at++) {
      if (pass.stores.length > 1) {
        // Whatever a store overwrites has been read before: every value is there before the first is stored.
        for (const { element } of pass.stores) kept.push(held(element, mode, at, values))
      }
      for (const { reduction, vectors, number } of accumulators) {
        const { join, joinVectors } = reduceOperation(reduction.op, reduction.element.dtype, context.vector.math)
        if (mode.lanes === 4) {
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

  /** Computes an element into a local, whence it is stored. */
  const held = (element: Element, mode: Mode, at: number, values: Values): Code => {
    if (element.kind === "number") return nothing
    const codes = codesOf(values)
    const isVector = mode.lanes === 4
    const key = isVector ? (levels.varies(element) ? `${element.id}v${at}` : `${element.id}s`) : `${element.id}`
    if (values.has(key)) return nothing
    const code = isVector ? codes.vector(element, at) : codes.scalar(element)
    const value = local(isVector ? "v128" : valueType(element.dtype))
    values.set(key, value)
    return set(value, code)
  }

  /** Puts what was reduced where the row finds it. */
  const finish = ({ reduction, vectors, number }: Accumulator, mode: Mode, values: Values): Code => {
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
    return sequence(
      set(total, reduceVectors(operation, element.dtype, vectors, local)),
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

/** How often an element is needed, how deep inside the loops, and whether by something that differs between lanes. */
interface Use {
  count: number
  deepest: number
  byVector: boolean
}

const usesOf = (nest: Nest): ReadonlyMap<Element, Use> => {
  const vectorLoop = vectorLoopOf(nest)
  const roots = rootsOf(nest)
  const levels = levelsOf(nest, roots, vectorLoop)
  const uses = new Map<Element, Use>()
  const use = (element: Element, deepest: number, byVector: boolean): void => {
    const known = uses.get(element)
    if (known === undefined) uses.set(element, { count: 1, deepest, byVector })
    else {
      known.count++
      known.deepest = Math.max(known.deepest, deepest)
      known.byVector ||= byVector
    }
  }
  const inner = nest.kept.length + nest.reduced.length - 1
  for (const { reductions, stores } of nest.passes) {
    for (const { element } of [...reductions, ...stores]) use(element, inner, vectorLoop !== undefined)
  }
  for (const { element } of nest.rowStores) use(element, nest.kept.length - 1, vectorLoop !== undefined)
  visitElements(roots, (element) => {
    for (const below of dependencies(element)) use(below, levels.ofElement(element), levels.varies(element))
  })
  return uses
}
