import { byte, unsigned, type Writer } from "./writer.ts"

/** Instructions as a function that writes them: what leaves a value, or does something. Writing it twice is doing it twice. */
export interface Code {
  (to: Writer): void
  /** What it does one after the other, where it is a sequence; the last part leaves its value, if it has one. */
  readonly parts?: ReadonlyArray<Code>
}

/** The types of WebAssembly's values. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128"

/** A local variable of a function. */
export interface Local {
  readonly type: ValueType
  readonly index: number
}

/** Does nothing. */
export const nothing: Code = () => {}

/** One after the other. */
export const sequence = (...parts: ReadonlyArray<Code>): Code =>
  Object.assign(
    (to: Writer): void => {
      for (const code of parts) code(to)
    },
    { parts }
  )

/** The value of a local. */
export const get =
  (local: Local): Code =>
  (to) => {
    byte(to, 0x20)
    unsigned(to, local.index)
  }

/** Sets a local. */
export const set =
  (local: Local, value: Code): Code =>
  (to) => {
    value(to)
    byte(to, 0x21)
    unsigned(to, local.index)
  }

/** The parts of a code, those of its parts among them. */
const partsOf = (code: Code): ReadonlyArray<Code> => code.parts?.flatMap(partsOf) ?? [code]

/**
 * Sets locals by codes of the same parts, of which each takes its turn: a processor finds those of one code next to the
 * others', which need not wait for each other. Codes of different parts come one after the other.
 */
export const setInTurn = (locals: ReadonlyArray<Local>, codes: ReadonlyArray<Code>): Code => {
  const parts = codes.map(partsOf)
  const [first = []] = parts
  if (parts.some(({ length }) => length !== first.length)) {
    return sequence(...codes.map((code, at) => set(locals[at] as Local, code)))
  }
  return sequence(
    ...first.flatMap((_, part) =>
      parts.map((own, at) => {
        const code = own[part] as Code
        return part === first.length - 1 ? set(locals[at] as Local, code) : code
      })
    )
  )
}

/** Sets a local, and leaves the value. */
export const tee =
  (local: Local, value: Code): Code =>
  (to) => {
    value(to)
    byte(to, 0x22)
    unsigned(to, local.index)
  }

/** The byte that stands for a type. */
export const typeByte: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b }
