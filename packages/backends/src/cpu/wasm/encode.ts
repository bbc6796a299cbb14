import type { Code } from "./code.ts"
import { byte, unsigned, type Writer } from "./writer.ts"

type Unary = (a: Code) => Code
type Binary = (a: Code, b: Code) => Code

/** Writes the opcode of an instruction on vectors. */
export const vectorOpcode = (to: Writer, opcode: number): void => {
  byte(to, 0xfd)
  unsigned(to, opcode)
}

/** An instruction on one value. */
export const unary =
  (opcode: number): Unary =>
  (a) =>
  (to) => {
    a(to)
    byte(to, opcode)
  }

/** An instruction on two values. */
export const binary =
  (opcode: number): Binary =>
  (a, b) =>
  (to) => {
    a(to)
    b(to)
    byte(to, opcode)
  }

/** An instruction on one vector. */
export const vectorUnary =
  (opcode: number): Unary =>
  (a) =>
  (to) => {
    a(to)
    vectorOpcode(to, opcode)
  }

/** An instruction on two vectors, or a vector and a shift. */
export const vectorBinary =
  (opcode: number): Binary =>
  (a, b) =>
  (to) => {
    a(to)
    b(to)
    vectorOpcode(to, opcode)
  }

/** An instruction on three vectors. */
export const vectorTernary =
  (opcode: number) =>
  (a: Code, b: Code, c: Code): Code =>
  (to) => {
    a(to)
    b(to)
    c(to)
    vectorOpcode(to, opcode)
  }

/** `align` is the exponent of the alignment that the engine may expect; a wrong one is slow, not an error. */
export const access =
  (write: (to: Writer) => void, align: number) =>
  (offset: number): Code =>
  (to) => {
    write(to)
    unsigned(to, align)
    unsigned(to, offset)
  }

/** A load, from an address and a constant number of bytes after it. */
export const load = (opcode: number, align: number) => {
  const at = access((to) => byte(to, opcode), align)
  return (address: Code, offset = 0): Code =>
    (to) => {
      address(to)
      at(offset)(to)
    }
}

/** A store: the address, the value, and a constant number of bytes after the address. */
export const store = (opcode: number, align: number) => {
  const at = access((to) => byte(to, opcode), align)
  return (address: Code, value: Code, offset = 0): Code =>
    (to) => {
      address(to)
      value(to)
      at(offset)(to)
    }
}

/** A load of a vector, or of what becomes one. */
export const vectorLoad = (opcode: number, align: number) => {
  const at = access((to) => vectorOpcode(to, opcode), align)
  return (address: Code, offset = 0): Code =>
    (to) => {
      address(to)
      at(offset)(to)
    }
}

/** A store of one lane. */
export const laneStore = (opcode: number, align: number) => {
  const at = access((to) => vectorOpcode(to, opcode), align)
  return (address: Code, value: Code, lane: number, offset = 0): Code =>
    (to) => {
      address(to)
      value(to)
      at(offset)(to)
      byte(to, lane)
    }
}

/** A load of one lane, the others being those of a vector. */
export const laneLoad = (opcode: number, align: number) => {
  const at = access((to) => vectorOpcode(to, opcode), align)
  return (address: Code, value: Code, lane: number, offset = 0): Code =>
    (to) => {
      address(to)
      value(to)
      at(offset)(to)
      byte(to, lane)
    }
}

/** One lane as a value. */
export const extractLane =
  (opcode: number) =>
  (a: Code, lane: number): Code =>
  (to) => {
    a(to)
    vectorOpcode(to, opcode)
    byte(to, lane)
  }

/** A vector with another value in one lane. */
export const replaceLane =
  (opcode: number) =>
  (a: Code, lane: number, value: Code): Code =>
  (to) => {
    a(to)
    value(to)
    vectorOpcode(to, opcode)
    byte(to, lane)
  }

/** The end of an atomic instruction, after its operands. */
export const atomic = (opcode: number, align: number) =>
  access((to) => {
    byte(to, 0xfe)
    unsigned(to, opcode)
  }, align)
