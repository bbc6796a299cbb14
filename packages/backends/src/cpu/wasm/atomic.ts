import type { Code } from "./code.ts"
import { atomic } from "./encode.ts"

const notify = atomic(0x00, 2)
const wait = atomic(0x01, 2)
const atomicLoad = atomic(0x10, 2)
const atomicStore = atomic(0x17, 2)
const atomicAdd = atomic(0x1e, 2)

/** Instructions on integers of 32 bits that several threads read and write, at multiples of 4 bytes. */
export const atomicI32 = {
  load:
    (address: Code, offset = 0): Code =>
    (to) => {
      address(to)
      atomicLoad(offset)(to)
    },
  store:
    (address: Code, value: Code, offset = 0): Code =>
    (to) => {
      address(to)
      value(to)
      atomicStore(offset)(to)
    },
  /** Adds, and leaves what was there before. */
  add:
    (address: Code, value: Code, offset = 0): Code =>
    (to) => {
      address(to)
      value(to)
      atomicAdd(offset)(to)
    },
  /** Sleeps while the value is the expected one, for some nanoseconds at most (forever where negative); 0 when woken. */
  wait:
    (address: Code, expected: Code, nanoseconds: Code, offset = 0): Code =>
    (to) => {
      address(to)
      expected(to)
      nanoseconds(to)
      wait(offset)(to)
    },
  /** Wakes as many as are given, and leaves how many were asleep. */
  notify:
    (address: Code, count: Code, offset = 0): Code =>
    (to) => {
      address(to)
      count(to)
      notify(offset)(to)
    }
} as const
