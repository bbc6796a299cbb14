/** How many letters have to be put in, taken out, replaced or exchanged with the next one to make one word of another. */
const distance = (from: string, to: string): number => {
  let [before, row]: [ReadonlyArray<number>, ReadonlyArray<number>] = [
    [],
    Array.from({ length: to.length + 1 }, (_, at) => at)
  ]
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)
      const least = Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1)
      const isExchange = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      next.push(isExchange ? Math.min(least, (before[j - 2] as number) + 1) : least)
    }
    before = row
    row = next
  }
  return row[to.length] as number
}

/** The name that is meant by one that is not there: the nearest, where it is near enough to be meant. */
export const nearestName = (name: string, names: ReadonlyArray<string>): string | undefined => {
  const [nearest] = names
    .map((other) => ({ other, apart: distance(name.toLowerCase(), other.toLowerCase()) }))
    .filter(({ other, apart }) => apart <= Math.max(1, Math.floor(Math.max(name.length, other.length) / 3)))
    .sort((a, b) => a.apart - b.apart)
  return nearest?.other
}

/** What to say of a name that is not among those that there are. */
export const insteadOf = (name: string, names: ReadonlyArray<string>): string => {
  const nearest = nearestName(name, names)
  return nearest === undefined ? `there are ${names.join(", ")}` : `did you mean ${nearest}?`
}
