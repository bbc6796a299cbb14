import { add, coefficientOf, type Index, type Loop } from "../../kernel/indexExpression.ts"
import { type Code, get, type Local, nothing, set } from "../wasm/code.ts"
import { i32 } from "../wasm/instructions.ts"
import type { ElementSource, Values } from "./elementSource.ts"
import { type IndexSource, indexCode } from "./indexCode.ts"

/** An access to memory: to what, and where. */
export interface Base {
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
  /** Keeps in a local where accesses of a base start in a loop: what does not change there. */
  readonly keep: (base: Base, depth: number) => Code
}

/** Composes addresses, given the value of counters some steps of the vector loop further on. */
export const addressCodes = (
  source: Pick<ElementSource, "local" | "levels" | "vectorLoop" | "innermost" | "counter">,
  values: Values,
  indexSource: (shift: number) => IndexSource,
  shiftedBy: (index: Index, shift: number) => Index
): Addresses => {
  const { local, levels, vectorLoop } = source

  /** What of an index changes at a loop and not in those inside of it; -1 for what never changes. */
  const termsAt = (index: Index, level: number): Index => sumOf(index, (own) => levels.ofIndex(own) === level)

  const nameOf = ({ pointer, bytes }: Base, part: Index, before: number): string =>
    `${pointer.index}+${part.key}*${bytes}+${before}`

  /** A sum of terms in bytes, added to a code. */
  const added = (code: Code, part: Index, bytes: number): Code =>
    part.terms.reduce((sum, term) => {
      const isCounter = term.atom.kind === "loop" && term.atom.loop === vectorLoop
      // The vector loop's counter counts bytes already.
      const own = isCounter
        ? times(get(source.counter(vectorLoop as Loop)), term.coefficient * (bytes / 4))
        : indexCode(single(term), indexSource(0), bytes)
      return i32.add(sum, own)
    }, code)

  /** An instruction has no negative offset, and adds its own to an address that must not have wrapped around below 0. */
  const offsetBefore = ({ index, bytes }: Base): number =>
    index.constant < 0 || index.low < index.constant ? index.constant * bytes : 0

  /** The address of an access without what changes at a loop and inside of it, and the name under which it is kept. */
  const start = (base: Base, depth: number): { readonly code: Code; readonly name: string } => {
    const { index, pointer, bytes } = base
    const before = offsetBefore(base)
    const name = nameOf(
      base,
      sumOf(index, (own) => levels.ofIndex(own) < depth),
      before
    )
    const kept = values.get(name)
    if (kept !== undefined) return { code: get(kept), name }
    if (depth >= 0) return { code: added(start(base, depth - 1).code, termsAt(index, depth - 1), bytes), name }
    return { code: before === 0 ? get(pointer) : i32.add(get(pointer), i32.constant(before)), name }
  }

  /** Where an access goes. A whole number of steps of the vector loop further on is a constant offset. */
  const of = (base: Base, shift: number): { readonly code: Code; readonly offset: number } => {
    const { index, bytes } = base
    const isAffine = shift === 0 || !levels.indexVaries(withoutLoop(index, vectorLoop))
    if (!isAffine) {
      const code = i32.add(get(base.pointer), indexCode(shiftedBy(index, shift), indexSource(shift), bytes))
      return { code, offset: 0 }
    }
    const inner = sumOf(index, (own) => levels.ofIndex(own) >= source.innermost)
    const moved = added(start(base, source.innermost).code, inner, bytes)
    const steps = vectorLoop === undefined ? 0 : coefficientOf(index, vectorLoop)
    const further = index.constant * bytes - offsetBefore(base) + shift * steps * bytes
    return further >= 0 ? { code: moved, offset: further } : { code: i32.add(moved, i32.constant(further)), offset: 0 }
  }

  const keep = (base: Base, depth: number): Code => {
    if (termsAt(base.index, depth - 1).terms.length === 0 && (depth > 0 || offsetBefore(base) === 0)) return nothing
    const { code, name } = start(base, depth)
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
