/** A counter that runs from 0 to below `size`. */
export interface Loop {
  readonly id: number
  readonly size: number
}

/** An integer that a kernel computes: an element, which is known here by its number only. */
export interface Computed {
  readonly id: number
}

/**
 * What an index is a sum of: counters, integers that a program computes, and quotients and remainders (rounded down) that
 * no rewriting removed. `guarded` is another index where conditions hold, and 0 elsewhere: an index that is legal everywhere.
 */
export type Atom =
  | { readonly kind: "loop"; readonly loop: Loop }
  | { readonly kind: "computed"; readonly element: Computed }
  | { readonly kind: "quotient"; readonly of: Index; readonly by: number }
  | { readonly kind: "remainder"; readonly of: Index; readonly by: number }
  | { readonly kind: "guarded"; readonly of: Index; readonly conditions: ReadonlyArray<Condition> }

/** A multiple of an atom, and the bounds of the atom. */
export interface Term {
  readonly atom: Atom
  readonly key: string
  readonly coefficient: number
  readonly low: number
  readonly high: number
}

/** An integer as a sum of multiples of atoms and a constant. Indices with equal keys are equal. */
export interface Index {
  readonly constant: number
  readonly terms: ReadonlyArray<Term>
  readonly key: string
  /** The least and the greatest value that it can have. */
  readonly low: number
  readonly high: number
}

/** What must hold of an index: that it lies from `low` to below `high`, or that it is a multiple of a number. */
export type Condition =
  | { readonly kind: "within"; readonly index: Index; readonly low: number; readonly high: number }
  | { readonly kind: "multiple"; readonly index: Index; readonly of: number }

const make = (constant: number, terms: ReadonlyArray<Term>): Index => {
  let [low, high] = [constant, constant]
  let key = ""
  for (const term of terms) {
    const { coefficient } = term
    low += coefficient * (coefficient > 0 ? term.low : term.high)
    high += coefficient * (coefficient > 0 ? term.high : term.low)
    key += coefficient === 1 ? `${term.key}+` : `${coefficient}*${term.key}+`
  }
  return { constant, terms, key: `${key}${constant}`, low, high }
}

/** A constant index. */
export const constant = (value: number): Index => make(value, [])

const keyOf = (atom: Atom): string => {
  switch (atom.kind) {
    case "loop":
      return `l${atom.loop.id}`
    case "computed":
      return `e${atom.element.id}`
    case "quotient":
      return `(${atom.of.key})/${atom.by}`
    case "remainder":
      return `(${atom.of.key})%${atom.by}`
    case "guarded":
      return `(${atom.of.key})?${atom.conditions.map(conditionKey).join("&")}`
  }
}

/** A text that equal conditions share. */
export const conditionKey = (condition: Condition): string =>
  condition.kind === "within"
    ? `${condition.low}<=${condition.index.key}<${condition.high}`
    : `${condition.of}|${condition.index.key}`

const ofAtom = (atom: Atom, low: number, high: number): Index =>
  make(0, [{ atom, key: keyOf(atom), coefficient: 1, low, high }])

/** The value of a counter. */
export const ofLoop = (loop: Loop): Index => ofAtom({ kind: "loop", loop }, 0, Math.max(0, loop.size - 1))

/** An integer that is computed. */
export const computed = (element: Computed): Index => ofAtom({ kind: "computed", element }, -(2 ** 31), 2 ** 32 - 1)

/** An index where conditions hold, and 0 elsewhere. */
export const guarded = (of: Index, conditions: ReadonlyArray<Condition>): Index => {
  if (of.terms.length === 0 && of.constant === 0) return of
  let [low, high] = [of.low, of.high]
  for (const condition of conditions) {
    if (condition.kind !== "within" || condition.index.key !== of.key) continue
    low = Math.max(low, condition.low)
    high = Math.min(high, condition.high - 1)
  }
  return ofAtom({ kind: "guarded", of, conditions }, Math.min(0, low), Math.max(0, high))
}

/** The sum of indices. */
export const add = (...indices: ReadonlyArray<Index>): Index => {
  const sum = new Map<string, Term>()
  let constant = 0
  for (const index of indices) {
    constant += index.constant
    for (const term of index.terms) {
      const known = sum.get(term.key)
      sum.set(term.key, known === undefined ? term : { ...term, coefficient: known.coefficient + term.coefficient })
    }
  }
  const terms = [...sum.values()].filter(({ coefficient }) => coefficient !== 0)
  return joined(constant, terms) ?? make(constant, sorted(terms))
}

const sorted = (terms: Array<Term>): ReadonlyArray<Term> =>
  terms.length < 2 ? terms : terms.sort((a, b) => (a.key < b.key ? -1 : 1))

/** Puts a quotient and the remainder that belongs to it together: ⌊e / s⌋ · s + e mod s = e. */
const joined = (constant: number, terms: ReadonlyArray<Term>): Index | undefined => {
  for (const rest of terms) {
    if (rest.atom.kind !== "remainder") continue
    const { of, by } = rest.atom
    const whole = quotient(of, by)
    const [only] = whole.terms
    if (whole.terms.length !== 1 || whole.constant !== 0 || only?.coefficient !== 1) continue
    const partner = terms.find(({ key, coefficient }) => key === only.key && coefficient === rest.coefficient * by)
    if (partner === undefined) continue
    const others = terms.filter((term) => term !== rest && term !== partner)
    return add(make(constant, others), scale(of, rest.coefficient))
  }
  return undefined
}

/** A multiple of an index. */
export const scale = (index: Index, by: number): Index => {
  if (by === 1) return index
  if (by === 0) return constant(0)
  return make(
    index.constant * by,
    index.terms.map((term) => ({ ...term, coefficient: term.coefficient * by }))
  )
}

const modulo = (a: number, b: number): number => a - Math.floor(a / b) * b

/** Parts of an index of which the first is a multiple of a number, already divided by it. */
const divided = (index: Index, by: number): { readonly whole: Index; readonly rest: Index } => {
  const whole: Array<Term> = []
  const rest: Array<Term> = []
  for (const term of index.terms) {
    if (term.coefficient % by === 0) whole.push({ ...term, coefficient: term.coefficient / by })
    else rest.push(term)
  }
  return {
    whole: make(Math.floor(index.constant / by), whole),
    rest: make(modulo(index.constant, by), rest)
  }
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? Math.abs(a) : greatestCommonDivisor(b, a % b)

/** The quotient by a positive number, rounded down. */
export const quotient = (index: Index, by: number): Index => {
  if (by === 1) return index
  const { whole, rest } = divided(index, by)
  if (rest.low >= 0 && rest.high < by) return whole
  const common = rest.terms.reduce((divisor, { coefficient }) => greatestCommonDivisor(divisor, coefficient), by)
  const smaller = make(
    Math.floor(rest.constant / common),
    rest.terms.map((term) => ({ ...term, coefficient: term.coefficient / common }))
  )
  return add(whole, quotientAtom(smaller, by / common))
}

const quotientAtom = (of: Index, by: number): Index => {
  if (by === 1) return of
  const [low, high] = [Math.floor(of.low / by), Math.floor(of.high / by)]
  if (low === high) return constant(low)
  const [only] = of.terms
  if (of.terms.length === 1 && of.constant === 0 && only?.coefficient === 1 && only.atom.kind === "quotient") {
    return quotientAtom(only.atom.of, only.atom.by * by)
  }
  return ofAtom({ kind: "quotient", of, by }, low, high)
}

/** The remainder of the quotient rounded down: from 0 to below `by`. */
export const remainder = (index: Index, by: number): Index => {
  if (by === 1) return constant(0)
  const { rest } = divided(index, by)
  if (rest.low >= 0 && rest.high < by) return rest
  const part = Math.floor(rest.low / by)
  if (part === Math.floor(rest.high / by)) return add(rest, constant(-part * by))
  return ofAtom({ kind: "remainder", of: rest, by }, 0, by - 1)
}

/** The coordinates of an element of a shape, from its place in row-major order. */
export const coordinatesOf = (place: Index, shape: ReadonlyArray<number>): ReadonlyArray<Index> => {
  const found = new Array<Index>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number
    const above = quotient(place, stride)
    found[axis] = size === 1 ? constant(0) : above.low >= 0 && above.high < size ? above : remainder(above, size)
    stride *= size
  }
  return found
}

/** The place of an element in row-major order, or by other strides. */
export const placeOf = (coordinates: ReadonlyArray<Index>, strides: ReadonlyArray<number>): Index =>
  add(...coordinates.map((coordinate, axis) => scale(coordinate, strides[axis] as number)))

/** Whether a condition always holds (true), never (false), or now and then (undefined). */
export const decided = (condition: Condition): boolean | undefined => {
  const { index } = condition
  if (condition.kind === "within") {
    // In an axis of no elements there is nothing, and no remainder by its size.
    if (condition.high <= condition.low) return false
    if (index.low >= condition.low && index.high < condition.high) return true
    return index.high < condition.low || index.low >= condition.high ? false : undefined
  }
  const left = remainder(index, condition.of)
  return left.terms.length === 0 ? left.constant === 0 : undefined
}

/** How many times a counter counts in an index as such, outside of quotients and the like. */
export const coefficientOf = (index: Index, loop: Loop): number =>
  index.terms.find(({ atom }) => atom.kind === "loop" && atom.loop === loop)?.coefficient ?? 0

/** An index with its counters replaced. */
export const substitute = (index: Index, replace: Substitution): Index => {
  const parts = index.terms.map(({ atom, coefficient }) => scale(substituteAtom(atom, replace), coefficient))
  return add(constant(index.constant), ...parts)
}

/** What stands in for counters and for computed integers. */
export interface Substitution {
  readonly loop: (loop: Loop) => Index
  readonly element: (element: Computed) => Computed
}

const substituteAtom = (atom: Atom, replace: Substitution): Index => {
  switch (atom.kind) {
    case "loop":
      return replace.loop(atom.loop)
    case "computed":
      return computed(replace.element(atom.element))
    case "quotient":
      return quotient(substitute(atom.of, replace), atom.by)
    case "remainder":
      return remainder(substitute(atom.of, replace), atom.by)
    case "guarded":
      return guarded(
        substitute(atom.of, replace),
        atom.conditions.map((condition) => substituteCondition(condition, replace))
      )
  }
}

/** A condition with its counters replaced. */
export const substituteCondition = (condition: Condition, replace: Substitution): Condition => ({
  ...condition,
  index: substitute(condition.index, replace)
})
