import { roundHalfEven } from "@residual/core"
import { libraryText } from "../../../src/webgpu/wgsl/library.ts"

/** What a function of the library is called with, and what it gives: numbers as JavaScript has them. */
export type Emulated = (...operands: ReadonlyArray<number>) => number

type Type = string

/**
 * Whether sums are computed as they are written, or from their last term to the first, as compilers may that take them for
 * exact. Products are fused with them either way.
 */
export type Order = "fused" | "backwards"

interface Term {
  readonly code: string
  readonly sign: number
  readonly factors: readonly [string, string] | undefined
}

/** An expression in JavaScript; a product of floats also by its factors, and a sum by its terms. */
interface Value {
  readonly type: Type
  readonly code: string
  readonly factors?: readonly [string, string]
  readonly terms?: ReadonlyArray<Term>
}

const tokens = (source: string): Array<string> =>
  source
    .replace(/\/\/[^\n]*/g, "")
    .match(/0x[0-9a-f]+u?|\d+(?:\.\d+)?(?:e[-+]?\d+)?[fu]?|[A-Za-z_]\w*|<<|>>|[<>=!+-]=|->|\S/g) as Array<string>

const levels = [["|"], ["^"], ["&"], ["==", "!="], ["<", ">", "<=", ">="], ["<<", ">>"], ["+", "-"], ["*", "/", "%"]]

const wrapped = (type: Type, code: string): string =>
  type === "f32" ? `$fround(${code})` : type === "u32" ? `(${code} >>> 0)` : `(${code} | 0)`

/** What the built-in functions and conversions are, by the type of their first operand where that matters. */
const scope = {
  $fround: Math.fround,
  $imul: Math.imul,
  $abs: Math.abs,
  $min: Math.min,
  $max: Math.max,
  $floor: Math.floor,
  $sqrt: (x: number) => Math.fround(Math.sqrt(x)),
  $round: roundHalfEven,
  $clamp: (x: number, low: number, high: number) => Math.min(Math.max(x, low), high),
  $select: (no: number, yes: number, condition: boolean) => (condition ? yes : no),
  $toSigned: (x: number) => Math.min(Math.max(Math.trunc(x) || 0, -(2 ** 31)), 2 ** 31 - 1),
  $toUnsigned: (x: number) => Math.min(Math.max(Math.trunc(x) || 0, 0), 2 ** 32 - 1),
  $bits: ((view: DataView) => (x: number) => {
    view.setFloat32(0, x)
    return view.getInt32(0)
  })(new DataView(new ArrayBuffer(4))),
  $float: ((view: DataView) => (x: number) => {
    view.setInt32(0, x)
    return view.getFloat32(0)
  })(new DataView(new ArrayBuffer(4)))
}

const bitcast = (to: Type, { type, code }: Value): string => {
  if (type === to) return code
  if (to === "f32") return `$float(${code})`
  const word = type === "f32" ? `$bits(${code})` : code
  return wrapped(to, word)
}

const converted = (to: Type, { type, code }: Value): string => {
  if (to === "f32") return `$fround(${code})`
  if (type === "f32") return to === "i32" ? `$toSigned(${code})` : `$toUnsigned(${code})`
  return wrapped(to, code)
}

const term = ({ code, factors }: Value, sign: number): Term => ({ code, sign, factors })

const termsOf = (value: Value, sign: number): ReadonlyArray<Term> =>
  value.terms?.map((each) => ({ ...each, sign: sign * each.sign })) ?? [term(value, sign)]

/** The sum of terms, one after the other; that of two products has the first one rounded. */
const sum = (terms: ReadonlyArray<Term>): string => {
  const [first, ...others] = terms.length === 2 && terms[0]?.factors && !terms[1]?.factors ? terms.toReversed() : terms
  const { sign, code } = first as Term
  return others.reduce(
    // The product of two floats is exact in 53 bits, and the sum has more of them than are kept.
    (total, each) => `$fround(${total} ${each.sign > 0 ? "+" : "-"} ${each.factors?.join(" * ") ?? each.code})`,
    sign > 0 ? code : `(-${code})`
  )
}

const binary = (order: Order, operator: string, left: Value, right: Value): Value => {
  const type = left.type === "literal" ? right.type : left.type
  const [a, b] = [left.code, right.code]
  if (/^([=!]=|[<>]=?)$/.test(operator)) return { type: "bool", code: `(${a} ${operator} ${b})` }
  if (type === "bool") return { type, code: `((${a} ${operator} ${b}) !== 0)` }
  if (type === "f32") {
    if (operator === "*") return { type, code: `$fround(${a} * ${b})`, factors: [a, b] }
    if (operator === "/") return { type, code: `$fround(${a} / ${b})` }
    const sign = operator === "+" ? 1 : -1
    if (order === "fused") return { type, code: sum([term(left, 1), term(right, sign)]) }
    const terms = [...termsOf(left, 1), ...termsOf(right, sign)]
    return { type, code: sum(terms.toReversed()), terms }
  }
  if (operator === "*") return { type, code: wrapped(type, `$imul(${a}, ${b})`) }
  if (operator === "/" || operator === "%") {
    return { type, code: wrapped(type, `(${b} === 0 ? ${operator === "/" ? a : 0} : ${a} ${operator} ${b})`) }
  }
  return { type, code: wrapped(type, `(${a} ${operator === ">>" && type === "u32" ? ">>>" : operator} ${b})`) }
}

/** Parses declarations of functions and writes them in JavaScript. */
const translated = (source: string, order: Order): string => {
  const rest = tokens(source)
  const returned = new Map(
    [...source.matchAll(/fn (\w+)\([^)]*\) -> ([\w<>]+)/g)].map(([, name, type]) => [name, type])
  )
  const variables = new Map<string, Value>()
  const next = (): string => rest.shift() as string
  const take = (...expected: ReadonlyArray<string>): void => {
    for (const each of expected) {
      const found = next()
      if (found !== each) throw new Error(`"${found} ${rest.slice(0, 5).join(" ")}" where "${each}" was expected`)
    }
  }
  const type = (): Type => {
    const name = next()
    if (rest[0] !== "<") return name
    take("<")
    const element = type()
    // The size of an array.
    if (next() === ",") rest.splice(0, 2)
    return `${name} ${element}`
  }
  const operands = (): ReadonlyArray<Value> => {
    const found: Array<Value> = []
    take("(")
    while (rest[0] !== ")") {
      found.push(expression())
      if (rest[0] === ",") take(",")
    }
    take(")")
    return found
  }
  const call = (name: string): Value => {
    if (["bitcast", "vec2", "array"].includes(name)) {
      rest.unshift(name)
      const [, element] = type().split(" ") as [string, string]
      const found = operands()
      if (name === "bitcast") return { type: element, code: bitcast(element, found[0] as Value) }
      return { type: element, code: `[${found.map(({ code }) => code).join(", ")}]` }
    }
    const found = operands()
    const first = found[0] as Value
    if (/^[fiu]32$/.test(name)) return { type: name, code: converted(name, first) }
    const target = returned.has(name) ? name : `$${name}`
    const common = found.find((operand) => operand.type !== "literal" && operand.type !== "bool") ?? first
    return { type: returned.get(name) ?? common.type, code: `${target}(${found.map(({ code }) => code).join(", ")})` }
  }
  const primary = (): Value => {
    const token = next()
    if (token === "(") {
      const inner = expression()
      take(")")
      return inner
    }
    if (token === "-") {
      const { type: of, code } = primary()
      return { type: of, code: `(-${code})` }
    }
    if (token === "!") return { type: "bool", code: `(!${primary().code})` }
    if (/^\d/.test(token)) {
      if (token.startsWith("0x")) return { type: token.endsWith("u") ? "u32" : "literal", code: token.replace("u", "") }
      const suffix = { f: "f32", u: "u32" }[token.at(-1) as "f" | "u"] ?? "literal"
      const number = token.replace(/[fu]$/, "")
      return { type: suffix, code: suffix === "f32" ? `${Math.fround(Number(number))}` : number }
    }
    if (rest[0] === "(" || (rest[0] === "<" && ["bitcast", "vec2", "array"].includes(token))) return call(token)
    const variable = variables.get(token)
    if (variable === undefined) throw new Error(`no variable "${token}"`)
    if (rest[0] === ".") {
      take(".")
      return { type: "f32", code: `${token}[${next() === "x" ? 0 : 1}]` }
    }
    if (rest[0] === "[") {
      take("[")
      const { code } = expression()
      take("]")
      return { type: variable.type, code: `${token}[${code}]` }
    }
    return variable
  }
  const expression = (level = 0): Value => {
    const operators = levels[level]
    if (operators === undefined) return primary()
    let value = expression(level + 1)
    while (operators.includes(rest[0] as string)) value = binary(order, next(), value, expression(level + 1))
    return value
  }
  const declare = (name: string, value: Value): void => {
    variables.set(name, { ...value, code: name })
  }
  const block = (): string => {
    const lines: Array<string> = []
    take("{")
    while (rest[0] !== "}") lines.push(statement())
    take("}")
    return `{ ${lines.join("\n")} }`
  }
  const statement = (): string => {
    const token = next()
    if (token === "if" || token === "while") {
      const condition = expression().code
      const body = block()
      if (rest[0] !== "else") return `${token} (${condition}) ${body}`
      take("else")
      return `${token} (${condition}) ${body} else ${block()}`
    }
    if (token === "return") {
      const { code } = expression()
      take(";")
      return `return ${code};`
    }
    if (token === "let" || token === "var") {
      const name = next()
      if (rest[0] === ":") {
        take(":")
        declare(name, { type: type(), code: "" })
        take(";")
        return `let ${name};`
      }
      take("=")
      const value = expression()
      take(";")
      declare(name, token === "let" ? value : { type: value.type, code: "" })
      return `let ${name} = ${value.code};`
    }
    const target = variables.get(token) as Value
    const operator = next()
    const value = expression()
    take(";")
    return `${token} = ${operator === "=" ? value.code : binary(order, operator.charAt(0), target, value).code};`
  }
  const declaration = (): string => {
    take("fn")
    const name = next()
    const parameters: Array<string> = []
    take("(")
    while (rest[0] !== ")") {
      const parameter = next()
      take(":")
      declare(parameter, { type: type(), code: "" })
      parameters.push(parameter)
      if (rest[0] === ",") take(",")
    }
    take(")", "->")
    type()
    return `const ${name} = (${parameters.join(", ")}) => ${block()}`
  }
  const written: Array<string> = []
  while (rest.length > 0) written.push(declaration())
  return written.join("\n")
}

/**
 * A function of the library in JavaScript, as a GPU computes it that fuses products with sums: wherever a sum has a product
 * for an operand, that is not rounded. What is divided is rounded once, and subnormal floats are kept.
 */
export const emulated = (name: string, order: Order): Emulated =>
  new Function(...Object.keys(scope), `${translated(libraryText(new Set([name])), order)}\nreturn ${name}`)(
    ...Object.values(scope)
  ) as Emulated
