import * as Stream from "effect/Stream"
import type { Bytes } from "../bytes/bytes.ts"
import { join } from "../bytes/collect.ts"
import { DataError } from "../dataError.ts"
import { type Decoder, decode } from "../stream/decode.ts"
import { decodeUtf8 } from "./utf8.ts"

/** A line of a text, and where it stands. */
export interface Line {
  readonly text: string
  /** What ended it: nothing, at the end of the text. */
  readonly ending: "\n" | "\r\n" | "\r" | ""
  /** Counted from 1. */
  readonly line: number
  /** How many bytes come before it. */
  readonly offset: number
}

/** How many bytes a line, or a record of several, may have: without such a bound, a file of none would fill the memory. */
export const longest = 2 ** 26

const [lineFeed, carriageReturn] = [10, 13]
const byteOrderMark = [0xef, 0xbb, 0xbf]

/** Cuts bytes into lines, wherever the pieces that they come in begin and end. */
export const lineDecoder = (source: string): Decoder<Uint8Array, Line> => {
  // The current line so far, and where it begins.
  let pending: Array<Uint8Array> = []
  let [pendingBytes, line, offset] = [0, 1, 0]
  // The line so far ends with a carriage return, which a line feed may follow.
  let isReturned = false

  const fail = (at: number, reason: string): DataError => new DataError({ source, line, offset: at, reason })

  /** Takes the line that ends, of which `ending` is no part. */
  const take = (ending: Line["ending"]): Line | DataError => {
    const all = pending.length === 1 ? (pending[0] as Uint8Array) : join(pending)
    const hasMark = offset === 0 && byteOrderMark.every((byte, at) => all[at] === byte)
    const from = hasMark ? byteOrderMark.length : 0
    const decoded = decodeUtf8(all.subarray(from, all.length - ending.length))
    if ("invalidAt" in decoded) {
      const at = offset + from + decoded.invalidAt
      return fail(at, "it is not UTF-8 here")
    }
    const taken = { text: decoded.text, ending, line, offset: offset + from }
    offset += all.length
    line += 1
    pending = []
    pendingBytes = 0
    return taken
  }
  const keep = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return
    pending.push(bytes)
    pendingBytes += bytes.length
  }

  const push = (bytes: Uint8Array) => {
    const values: Array<Line> = []
    let start = 0
    /** Ends the line before a place; the failure where it is no text. */
    const end = (place: number, ending: Line["ending"]): DataError | undefined => {
      keep(bytes.subarray(start, place))
      start = place
      isReturned = false
      const taken = take(ending)
      if (taken instanceof DataError) return taken
      values.push(taken)
      return undefined
    }
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]
      if (!isReturned && byte !== lineFeed && byte !== carriageReturn) continue
      if (isReturned && byte !== lineFeed) {
        const failure = end(at, "\r")
        if (failure !== undefined) return { values, failure }
      }
      if (byte === lineFeed) {
        const failure = end(at + 1, isReturned ? "\r\n" : "\n")
        if (failure !== undefined) return { values, failure }
      } else isReturned = byte === carriageReturn
    }
    keep(bytes.subarray(start))
    if (pendingBytes > longest) return { values, failure: fail(offset, `a line of more than ${longest} bytes`) }
    return { values }
  }

  const end = () => {
    if (pendingBytes === 0) return { values: [] }
    const taken = take(isReturned ? "\r" : "")
    if (taken instanceof DataError) return { values: [], failure: taken }
    // A byte order mark alone is an empty text.
    return { values: taken.text === "" && taken.ending === "" ? [] : [taken] }
  }
  return { push, end }
}

/** The lines of a text with their places. */
export const placedLines = <R>({ source, stream }: Bytes<R>): Stream.Stream<Line, DataError, R> =>
  decode(stream, () => lineDecoder(source))

/**
 * The lines of a text in UTF-8, one after the other and without their ends: `\n`, `\r\n` or `\r`. A byte order mark at
 * the beginning is left out.
 *
 * Fails with a `DataError` that names the line and the byte where the text is not UTF-8, or a line has more than 64 MiB;
 * and as the bytes fail.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * const names = Read.lines(Bytes.of("names", "emma\r\nolivia\n"))
 * Effect.runSync(Stream.runCollect(names)) // => ["emma", "olivia"]
 * const broken = Read.lines(Bytes.of("broken", Uint8Array.of(0x61, 0x0a, 0x62, 0xff)))
 * Effect.runSync(Effect.flip(Stream.runDrain(broken))).message // => "broken, line 2, byte 3: it is not UTF-8 here"
 * ```
 */
export const lines = <R>(bytes: Bytes<R>): Stream.Stream<string, DataError, R> =>
  Stream.map(placedLines(bytes), ({ text }) => text)
