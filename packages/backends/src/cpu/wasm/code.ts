import { byte, unsigned, type Writer } from "./writer.ts"

/** Instructions as a function that writes them: what leaves a value, or does something. Writing it twice is doing it twice. */
export type Code = (to: Writer) => void

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
export const sequence =
  (...codes: ReadonlyArray<Code>): Code =>
  (to) => {
    for (const code of codes) code(to)
  }

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
