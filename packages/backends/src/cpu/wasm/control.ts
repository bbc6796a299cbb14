import { type Code, get, type Local, set, typeByte, type ValueType } from "./code.ts"
import { type Called, resultsOf } from "./function.ts"
import { i32 } from "./instructions.ts"
import { byte, unsigned, type Writer } from "./writer.ts"

/** A place that `branch` goes to: the end of a block, or the start of a loop. */
export interface Label {
  /** Where it was opened, once it is written. */
  depth: number
}

const enclosed = (opcode: number, label: Label, body: Code, type?: ValueType): Code => {
  return (to) => {
    byte(to, opcode)
    byte(to, type === undefined ? 0x40 : typeByte[type])
    label.depth = ++to.depth
    body(to)
    to.depth--
    byte(to, 0x0b)
  }
}

/** Instructions that a branch to the label leaves. */
export const block = (body: (end: Label) => Code): Code => {
  const label: Label = { depth: 0 }
  return enclosed(0x02, label, body(label))
}

/** Instructions that a branch to the label starts again. */
export const loop = (body: (start: Label) => Code): Code => {
  const label: Label = { depth: 0 }
  return enclosed(0x03, label, body(label))
}

const branching = (opcode: number, to: Writer, label: Label): void => {
  byte(to, opcode)
  unsigned(to, to.depth - label.depth)
}

/** Goes to a label. */
export const branch =
  (label: Label): Code =>
  (to) =>
    branching(0x0c, to, label)

/** Goes to a label where the condition is not 0. */
export const branchIf =
  (label: Label, condition: Code): Code =>
  (to) => {
    condition(to)
    branching(0x0d, to, label)
  }

/** One of two, by a condition; both leave a value of `type` where it is given. */
export const when =
  (condition: Code, then: Code, otherwise?: Code, type?: ValueType): Code =>
  (to) => {
    condition(to)
    byte(to, 0x04)
    byte(to, type === undefined ? 0x40 : typeByte[type])
    to.depth++
    then(to)
    if (otherwise !== undefined) {
      byte(to, 0x05)
      otherwise(to)
    }
    to.depth--
    byte(to, 0x0b)
  }

/** Calls a function. */
export const call =
  (called: Called, ...operands: ReadonlyArray<Code>): Code =>
  (to) => {
    for (const operand of operands) operand(to)
    byte(to, 0x10)
    unsigned(to, to.indexOf(called))
  }

/** Calls a function for what it does, and drops what it returns. */
export const callOnly =
  (called: Called, ...operands: ReadonlyArray<Code>): Code =>
  (to) => {
    call(called, ...operands)(to)
    for (const _ of resultsOf(called)) byte(to, 0x1a)
  }

/** Leaves the function, with its results on the stack. */
export const leave =
  (...results: ReadonlyArray<Code>): Code =>
  (to) => {
    for (const result of results) result(to)
    byte(to, 0x0f)
  }

/** Drops a value. */
export const drop =
  (value: Code): Code =>
  (to) => {
    value(to)
    byte(to, 0x1a)
  }

/** Counts a local from one value to below another by constant steps, running `body` at each; not once where it starts there. */
export const counting = (local: Local, from: Code, below: Code, step: number, body: Code): Code => {
  const advance = set(local, i32.add(get(local), i32.constant(step)))
  return (to) => {
    set(local, from)(to)
    when(
      i32.lessSigned(get(local), below),
      loop((start) => (inner) => {
        body(inner)
        advance(inner)
        branchIf(start, i32.lessSigned(get(local), below))(inner)
      })
    )(to)
  }
}
