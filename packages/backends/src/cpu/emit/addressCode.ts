import { add, coefficientOf, constant, type Index, type Loop } from "../../kernel/indexExpression.ts"
import { type Code, get, type Local, nothing, set } from "../wasm/code.ts"
import { i32 } from "../wasm/instructions.ts"
import type { ElementSource, Values } from "./elementSource.ts"
import { type IndexSource, indexCode } from "./indexCode.ts"

/** An access to memory: to what, and where. */
export interface Base {
  readonly name: string
  readonly pointer: Local
  readonly index: Index
  readonly bytes: number
}

const sumOf = (index: Index, test: (term: Index) => boolean): Index =>
  add(...index.terms.map((term): Index => single(term)).filter(test))

const single = (term: Index["terms"][number]): Index => ({
  constant: 0,
  terms: [term],
  key: `${term.coefficient}*${term.key}+0`,
  low: 0,
  high: 0
})

/** Where accesses go. */
export interface Addresses {
  /** The address of an access `shift` steps of the vector loop further on, and the constant bytes after it. */
  readonly of: (base: Base, shift: number) => { readonly code: Code; readonly offset: number }
  /** Keeps in a local where accesses of a base start, up to the innermost loop. */
  readonly keep: (base: Base) => Code
}

/** Composes addresses, given the value of counters some steps of the vector loop further on. */
export const addressCodes = (
  source: Pick<ElementSource, "local" | "levels" | "vectorLoop" | "innermost" | "counter">,
  values: Values,
  indexSource: (shift: number) => IndexSource,
  shiftedBy: (index: Index, shift: number) => Index
): Addresses => {
  const { local, levels, vectorLoop } = source

  const outerTerms = (index: Index): Index => sumOf(index, (own) => levels.ofIndex(own) < source.innermost)

  const nameOf = ({ name, bytes }: Base, outer: Index, offset: number): string =>
    `${name}:${outer.key}:${bytes}:${offset}`

  /** The address of an access without the innermost loop, and the constant bytes after it. */
  const start = (base: Base): { readonly code: Code; readonly name: string; readonly offset: number } => {
    const { index, pointer, bytes } = base
    const outer = outerTerms(index)
    const offset = index.constant * bytes
    // An instruction has no negative offset, and adds its own to an address that must not have wrapped around below 0.
    const before = offset < 0 || index.low < index.constant ? offset : 0
    const name = nameOf(base, outer, before)
    const kept = values.get(name)
    if (kept !== undefined) return { code: get(kept), name, offset: offset - before }
    const moved = add(outer, constant(0))
    const code =
      moved.terms.length === 0 ? get(pointer) : i32.add(get(pointer), indexCode(moved, indexSource(0), bytes))
    return { code: before === 0 ? code : i32.add(code, i32.constant(before)), name, offset: offset - before }
  }

  /** Where an access goes. A whole number of steps of the vector loop further on is a constant offset. */
  const of = (base: Base, shift: number): { readonly code: Code; readonly offset: number } => {
    const { index, bytes } = base
    const steps = vectorLoop === undefined ? 0 : coefficientOf(index, vectorLoop)
    const isAffine = shift === 0 || !levels.indexVaries(withoutLoop(index, vectorLoop))
    if (!isAffine) {
      return {
        code: i32.add(get(base.pointer), indexCode(shiftedBy(index, shift), indexSource(shift), bytes)),
        offset: 0
      }
    }
    const { code, offset } = start(base)
    const inner = sumOf(index, (own) => levels.ofIndex(own) >= source.innermost)
    const moved = inner.terms.reduce((sum, term) => {
      const isCounter = term.atom.kind === "loop" && term.atom.loop === vectorLoop
      // The vector loop's counter counts bytes already.
      const part = isCounter
        ? times(get(source.counter(vectorLoop as Loop)), term.coefficient * (bytes / 4))
        : indexCode(single(term), indexSource(0), bytes)
      return i32.add(sum, part)
    }, code)
    const further = offset + shift * steps * bytes
    return further >= 0 ? { code: moved, offset: further } : { code: i32.add(moved, i32.constant(further)), offset: 0 }
  }

  const keep = (base: Base): Code => {
    const { code, name } = start(base)
    if (values.has(name)) return nothing
    const pointer = local("i32")
    values.set(name, pointer)
    return set(pointer, code)
  }

  return { of, keep }
}

const times = (code: Code, by: number): Code => (by === 1 ? code : i32.mul(code, i32.constant(by)))

/** An index without what it counts of a loop as such. */
export const withoutLoop = (index: Index, loop: Loop | undefined): Index =>
  sumOf(index, ({ terms: [term] }) => !(term?.atom.kind === "loop" && term.atom.loop === loop))
