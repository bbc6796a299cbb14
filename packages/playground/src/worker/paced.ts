/** Hands on what it is given, several at once where they come faster than a page can show them. */
export interface Paced<A> {
  readonly add: (item: A) => void
  /** Hands on what is held back. */
  readonly flush: () => void
}

/** A hand-over that happens no more often than every so many milliseconds, but for `flush`. */
export const paced = <A>(milliseconds: number, receive: (items: ReadonlyArray<A>) => void): Paced<A> => {
  let held: Array<A> = []
  let last = performance.now()
  const flush = (): void => {
    last = performance.now()
    if (held.length === 0) return
    const items = held
    held = []
    receive(items)
  }
  return {
    add: (item) => {
      held.push(item)
      if (performance.now() - last >= milliseconds) flush()
    },
    flush
  }
}
