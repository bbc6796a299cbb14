import { DType, TensorType } from "@residual/core"
import { CompileError } from "../compileError.ts"

/** Reads one line of text from left to right. Everything it cannot read throws a `CompileError` that says where. */
export interface Reader {
  /** Whether the line goes on with this text; if so, moves past it. */
  readonly skip: (text: string) => boolean
  /** Moves past this text, which must come next. */
  readonly expect: (text: string) => void
  /** Whether this text comes next. */
  readonly sees: (text: string) => boolean
  readonly isAtEnd: () => boolean
  /** The line must end here. */
  readonly end: () => void
  /** Items that are separated by commas, up to and including the text that closes them. */
  readonly list: <A>(item: () => A, close: string) => ReadonlyArray<A>
  readonly integer: () => number
  readonly id: () => number
  /** A name, bare or quoted. */
  readonly name: () => string
  /** One of these words. */
  readonly word: <Word extends string>(words: ReadonlyArray<Word>) => Word
  readonly type: () => TensorType.TensorType
  /** An attribute's value, as `attributeText` writes it. */
  readonly value: () => unknown
}

const words: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  null: null,
  undefined: undefined,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY
}

/** Starts to read a line, whose number in the text errors tell. */
export const reader = (line: string, number: number): Reader => {
  let at = 0
  const fail = (expected: string): never => {
    throw new CompileError(
      "parse",
      `line ${number}, column ${at + 1}: expected ${expected}, found "${line.slice(at, at + 20)}"`
    )
  }
  const match = (pattern: RegExp, expected: string): string => {
    pattern.lastIndex = at
    const found = pattern.exec(line)
    if (found === null) return fail(expected)
    at += found[0].length
    return found[0]
  }
  const spaces = (): void => {
    while (line[at] === " ") at++
  }
  const skip = (text: string): boolean => {
    spaces()
    if (!line.startsWith(text, at)) return false
    at += text.length
    return true
  }
  const isAtEnd = (): boolean => {
    spaces()
    return at === line.length
  }
  const expect = (text: string): void => {
    if (!skip(text)) fail(`"${text}"`)
  }
  const list = <A>(item: () => A, close: string): ReadonlyArray<A> => {
    const items: Array<A> = []
    if (skip(close)) return items
    do items.push(item())
    while (skip(","))
    expect(close)
    return items
  }
  const quoted = (): string => {
    const text = match(/"(?:[^"\\]|\\.)*"/y, "a quoted text")
    try {
      return JSON.parse(text) as string
    } catch {
      return fail("a quoted text")
    }
  }
  const name = (): string => {
    spaces()
    return line[at] === '"' ? quoted() : match(/[\w.-]+/y, "a name")
  }
  const integer = (): number => {
    spaces()
    return Number(match(/-?\d+/y, "a whole number"))
  }
  const field = (): readonly [string, unknown] => {
    const key = name()
    expect(":")
    return [key, value()]
  }
  const value = (): unknown => {
    if (skip("[")) return list(value, "]")
    if (skip("{")) return Object.fromEntries(list(field, "}"))
    if (line[at] === '"') return quoted()
    const text = match(/[\w.+-]+/y, "a value")
    if (Object.hasOwn(words, text)) return words[text]
    if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)) return fail(`a value instead of "${text}"`)
    return Number(text)
  }
  return {
    skip,
    expect,
    sees: (text) => {
      spaces()
      return line.startsWith(text, at)
    },
    isAtEnd,
    end: () => {
      if (!isAtEnd()) fail("the end of the line")
    },
    list,
    integer,
    id: () => {
      expect("%")
      return integer()
    },
    name,
    word: (words) => {
      spaces()
      const text = /^\w*/.exec(line.slice(at))?.[0]
      const found = words.find((word) => word === text)
      if (found === undefined) return fail(words.join(" or "))
      at += found.length
      return found
    },
    type: () => {
      spaces()
      const dtype = match(/\w+/y, "an element type") as DType.DType
      if (!DType.all.includes(dtype)) fail(`an element type instead of "${dtype}"`)
      expect("[")
      return TensorType.make(dtype, list(integer, "]"))
    },
    value
  }
}
