import { type AnyExpr, op, type Shape } from "@residual/core"
import type { ByPath, Optimiser, StepTime, UpdateTime } from "./optimiser.ts"

/** A parameter and its place. */
export interface Placed {
  readonly path: string
  readonly value: AnyExpr
}

/** What one parameter's rule is given: its path, value, gradient, the state that belongs to it, and the step's scalars. */
export interface ParameterTurn<Scalar extends string, State extends string> extends Placed {
  readonly gradient: AnyExpr
  readonly state: Readonly<Record<State, AnyExpr>>
  /** Of the parameter's element type. */
  readonly scalars: Readonly<Record<Scalar, AnyExpr>>
}

/** What it gives: the next value and the next state. */
export interface ParameterNext<State extends string> {
  readonly value: AnyExpr
  readonly state: Readonly<Partial<Record<State, AnyExpr>>>
}

/** A rule that moves each parameter by itself. */
export interface ParameterRule<Scalar extends string, State extends string> {
  readonly scalars: (time: StepTime) => Readonly<Record<Scalar, number>>
  /** What is kept of each parameter: zeros of its type at first. */
  readonly state: ReadonlyArray<State>
  /** The shape of what is kept under a name, where that is not the parameter's; `undefined` where nothing is. */
  readonly shapeOf?: (name: State, parameter: Placed) => Shape.Shape | undefined
  readonly next: (turn: ParameterTurn<Scalar, State>) => ParameterNext<State>
}

/** The optimiser that applies a rule to each parameter in turn; one without a gradient keeps its value and state. */
export const eachParameter = <Scalar extends string, State extends string>({
  scalars,
  state: names,
  shapeOf = (_, { value }) => value.type.shape,
  next
}: ParameterRule<Scalar, State>): Optimiser => ({
  scalars,
  init: (parameters) =>
    byName(names, (name) =>
      mapDefined(parameters, (path, value) => {
        const shape = shapeOf(name, { path, value })
        return shape === undefined ? undefined : op.fill(0, { dtype: value.type.dtype, shape })
      })
    ),
  update: (gradients, state, parameters, at) => {
    const moved = Object.entries(parameters).map(([path, value]): readonly [string, ParameterNext<State>] => {
      const gradient = gradients[path]
      const own = byName(names, (name) => state[name]?.[path] as AnyExpr)
      if (gradient === undefined) return [path, { value, state: own }]
      return [path, next({ path, value, gradient, state: own, scalars: scalarsIn(at, value) })]
    })
    const nextOf = new Map(moved)
    return {
      parameters: Object.fromEntries(moved.map(([path, { value }]) => [path, value])),
      state: byName(names, (name) => mapDefined(state[name] ?? {}, (path) => nextOf.get(path)?.state[name]))
    }
  }
})

/** The step's scalars in a parameter's element type. */
const scalarsIn = <Scalar extends string>(
  { scalars }: UpdateTime,
  { type }: AnyExpr
): Readonly<Record<Scalar, AnyExpr>> =>
  Object.fromEntries(Object.entries(scalars).map(([name, scalar]) => [name, op.cast(scalar, type.dtype)])) as Readonly<
    Record<Scalar, AnyExpr>
  >

const byName = <Name extends string, A>(
  names: ReadonlyArray<Name>,
  make: (name: Name) => A
): Readonly<Record<Name, A>> => Object.fromEntries(names.map((name) => [name, make(name)])) as Readonly<Record<Name, A>>

const mapDefined = (values: ByPath, make: (path: string, value: AnyExpr) => AnyExpr | undefined): ByPath =>
  Object.fromEntries(
    Object.entries(values).flatMap(([path, value]) => {
      const made = make(path, value)
      return made === undefined ? [] : [[path, made] as const]
    })
  )
