import type { TensorType } from "@residual/core"
import { SettingError } from "../setting/settingError.ts"
import type { ByPath, Optimiser, OptimiserState } from "./optimiser.ts"
import { pathPattern } from "./pathPattern.ts"
import type { Setting } from "./setting.ts"
import { withRateScale } from "./withRateScale.ts"

/** Parameters that are moved alike. */
export interface Group {
  /**
   * Which they are: a predicate, or a pattern of paths, in which `*` stands for any characters between two dots and `**` for
   * any number of parts between dots: `blocks.*.norm.**`, `**.bias`.
   */
  readonly where: string | ((path: string, type: TensorType.TensorType) => boolean)
  readonly optimiser: Optimiser
  /** What the rate is multiplied by for them: 1 by default. */
  readonly rateScale?: Setting
}

/**
 * An optimiser for each group of parameters: the first whose `where` holds for a parameter moves it, and `otherwise` the
 * rest. Each sees only its own parameters, and what it keeps has the names that it gives it. Groups that differ only in
 * which parameters decay are better one optimiser, whose `decays` tells them apart within one kernel.
 *
 * `init` and `update` throw a `SettingError` that lists the paths for a group that no parameter is in: a pattern that is
 * misspelt, most of the time.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { adamW, groups, sgd } from "@residual/train"
 * const parameters = { "table.weight": input("t", [8, 2]), "head.weight": input("w", [2, 3]), "head.bias": input("b", [3]) }
 * const optimiser = groups([{ where: "table.**", optimiser: sgd({ momentum: 0.9 }), rateScale: 10 }], adamW())
 * Object.keys(optimiser.init(parameters)["mean"]!) // => ["head.weight", "head.bias"]
 * groups([{ where: "tabel.*", optimiser: sgd() }], adamW()).init(parameters) // throws groups: where of group 0 is tabel.*; expected
 * ```
 */
export const groups = (first: ReadonlyArray<Group>, otherwise: Optimiser): Optimiser =>
  grouped(first, otherwise, (group, rest) => {
    const { where } = first[group] as Group
    return new SettingError({
      owner: "groups",
      setting: `where of group ${group}`,
      given: typeof where === "string" ? where : "true for none of them",
      expected: `some of ${rest.length === 0 ? "the paths, all of which are in groups before it" : rest.join(", ")}`
    })
  })

/** What is thrown for a group, by its place, that no parameter is in: paths that it could have had are those of the rest. */
type Refusal = (group: number, rest: ReadonlyArray<string>) => SettingError

/** `groups`, with an error of one's own for a group that no parameter is in. */
export const grouped = (first: ReadonlyArray<Group>, otherwise: Optimiser, refusal: Refusal): Optimiser => {
  const optimisers = [
    ...first.map(({ optimiser, rateScale }) =>
      rateScale === undefined ? optimiser : withRateScale(optimiser, rateScale)
    ),
    otherwise
  ]
  const chosen = first.map(({ where }) => (typeof where === "string" ? pathPattern(where) : where))
  return {
    scalars: (time) =>
      Object.fromEntries(
        optimisers.flatMap((optimiser, at) =>
          Object.entries(optimiser.scalars(time)).map(([name, value]) => [`${at}/${name}`, value])
        )
      ),
    init: (parameters) => {
      const placed = groupsOf(chosen, parameters, refusal)
      return union(optimisers.map((optimiser, at) => optimiser.init(placed[at] as ByPath)))
    },
    update: (gradients, state, parameters, { scalars, key }) => {
      const updated = groupsOf(chosen, parameters, refusal).map((own, at) =>
        (optimisers[at] as Optimiser).update(only(gradients, own), onlyState(state, own), own, {
          scalars: scalarsOf(scalars, at),
          key
        })
      )
      const moved: ByPath = Object.assign({}, ...updated.map(({ parameters }) => parameters))
      return { parameters: only(moved, parameters), state: union(updated.map(({ state }) => state)) }
    }
  }
}

/** The parameters of each group, and the rest. */
const groupsOf = (
  groups: ReadonlyArray<(path: string, type: TensorType.TensorType) => boolean>,
  parameters: ByPath,
  refusal: Refusal
): ReadonlyArray<ByPath> => {
  const places = Object.entries(parameters).map(([path, { type }]) => {
    const at = groups.findIndex((holds) => holds(path, type))
    return { path, at: at === -1 ? groups.length : at }
  })
  const placed = [...groups.keys(), groups.length].map((group) =>
    only(parameters, Object.fromEntries(places.filter(({ at }) => at === group).map(({ path }) => [path, true])))
  )
  const empty = groups.findIndex((_, at) => Object.keys(placed[at] as ByPath).length === 0)
  if (empty === -1) return placed
  throw refusal(
    empty,
    places.filter(({ at }) => at >= empty).map(({ path }) => path)
  )
}

const scalarsOf = (scalars: ByPath, group: number): ByPath => {
  const prefix = `${group}/`
  return Object.fromEntries(
    Object.entries(scalars).flatMap(([name, scalar]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), scalar] as const] : []
    )
  )
}

/** Those values that have a path of others, in their own order. */
const only = (values: ByPath, paths: Readonly<Record<string, unknown>>): ByPath =>
  Object.fromEntries(
    Object.keys(paths).flatMap((path) => {
      const value = values[path]
      return value === undefined ? [] : [[path, value] as const]
    })
  )

const onlyState = (state: OptimiserState, paths: ByPath): OptimiserState =>
  Object.fromEntries(Object.entries(state).map(([name, values]) => [name, only(values, paths)]))

/** What several optimisers keep, each of parameters of its own, by name. */
const union = (states: ReadonlyArray<OptimiserState>): OptimiserState => {
  const names = new Set(states.flatMap((state) => Object.keys(state)))
  return Object.fromEntries(
    Array.from(names, (name) => [name, Object.assign({}, ...states.map((state) => state[name] ?? {}))])
  )
}
