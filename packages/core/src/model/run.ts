import type { AnyExpr } from "../expr.ts"
import { expressionsIn, recomputed, replaceIn } from "../op/recompute.ts"
import { foldIn } from "../op/threefry.ts"
import { hashPath } from "../random/hashPath.ts"
import * as TypeOf from "../tensorType.ts"
import type { AnyModel } from "./members.ts"
import { join } from "./members.ts"
import type { BoundState, Context, Member, Mode, Model, Parameter, State } from "./model.ts"
import { ModelError } from "./modelError.ts"

/** Told of every call when it begins; what it returns is told of the output. */
export type Observe = (path: string, model: AnyModel, input: unknown) => (output: unknown) => void

/** What a run of a model reads and, in its local maps, collects. */
export interface Run {
  readonly mode: Mode
  readonly key: AnyExpr | undefined
  readonly weights: AnyExpr | undefined
  readonly parameters: ReadonlyMap<Parameter, AnyExpr>
  readonly states: Map<State, AnyExpr>
  readonly auxiliary: Map<string, AnyExpr>
  /** How often the model at each place has been called. */
  readonly calls: Map<string, number>
  readonly keys: Map<number, { readonly path: string; readonly key: AnyExpr }>
  readonly observe: Observe
}

/** Throws a `ModelError` unless a value is of its specification's type. */
export const checkType = (path: string, specified: Parameter | State, given: AnyExpr | undefined): AnyExpr => {
  if (given !== undefined && TypeOf.equals(given.type, specified)) return given
  const instead = given === undefined ? "and there is none" : `not ${TypeOf.print(given.type)}`
  throw new ModelError(path, `a ${specified._tag.toLowerCase()} of type ${TypeOf.print(specified)}, ${instead}`)
}

const keyAt = (run: Run, path: string): AnyExpr => {
  if (run.key === undefined) throw new ModelError(path, "a key, since it draws random numbers in this mode")
  const hash = hashPath(path)
  const known = run.keys.get(hash)
  if (known?.path === path) return known.key
  // One path in four thousand million has the hash of another; the two would draw the same numbers.
  if (known !== undefined) throw new ModelError(path, `another name, since its hash is that of ${known.path}`)
  const key = foldIn(run.key, hash)
  run.keys.set(hash, { path, key })
  return key
}

const bindState = (run: Run, spec: State, path: string): BoundState => ({
  get value() {
    return run.states.get(spec) as AnyExpr
  },
  update: (next) => {
    run.states.set(spec, checkType(path, spec, next))
  }
})

const contextAt = (run: Run, path: string): Context => ({
  mode: run.mode,
  path,
  weights: run.weights,
  get key() {
    return keyAt(run, path)
  },
  tap: (name, value) => {
    const at = join(path, name)
    if (run.auxiliary.has(at)) throw new ModelError(at, "one value under this name, and there are two")
    run.auxiliary.set(at, value)
    return value
  },
  recompute: (part, input) => recomputeIn(run, part, input)
})

/** Runs a part, then puts what computes it again in the place of its output, next states and taps. */
const recomputeIn = <In, Out>(run: Run, part: (input: In) => Out, input: In): Out => {
  const [states, tapped] = [new Map(run.states), new Set(run.auxiliary.keys())]
  const output = part(input)
  const updated = [...run.states].filter(([spec, value]) => states.get(spec) !== value)
  const taps = [...run.auxiliary].filter(([path]) => !tapped.has(path))
  const ofRun = [run.key, run.weights].filter((value) => value !== undefined)
  const again = recomputed(
    [...expressionsIn(input), ...run.parameters.values(), ...states.values(), ...ofRun],
    [...new Set([...expressionsIn(output), ...[...updated, ...taps].map(([, value]) => value)])]
  )
  for (const [spec, value] of updated) run.states.set(spec, again.get(value) as AnyExpr)
  for (const [path, value] of taps) run.auxiliary.set(path, again.get(value) as AnyExpr)
  return replaceIn(output, again)
}

const bind = (run: Run, member: Member<unknown>, path: string): unknown => {
  if (member._tag === "Parameter") return run.parameters.get(member as Parameter)
  if (member._tag === "State") return bindState(run, member as State, path)
  return (input: unknown) => call(run, member as Model<unknown, unknown>, path, input)
}

/** Calls a model at a place of the whole one. */
export const call = <In, Out>(run: Run, model: Model<In, Out>, place: string, input: In): Out => {
  const earlier = run.calls.get(place) ?? 0
  run.calls.set(place, earlier + 1)
  const path = earlier === 0 ? place : `${place}#${earlier}`
  const self = Object.fromEntries(
    Object.entries(model.tree).map(([name, member]) => [name, bind(run, member, join(path, name))])
  )
  const returned = run.observe(path, model, input)
  const output = model.body(self, input, contextAt(run, path))
  returned(output)
  return output
}
