/** What a Promise rejects with; rejects itself where it does not. */
export const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  const given = await promise.then(
    (value) => ({ value }),
    (error) => ({ error })
  )
  if ("error" in given) return given.error
  throw new Error("it did not reject")
}

/** What an iteration throws in the end, and what it gave before. */
export const thrownBy = async <A>(
  iterable: AsyncIterable<A>
): Promise<{ readonly given: ReadonlyArray<A>; readonly thrown: unknown }> => {
  const given: Array<A> = []
  const thrown = await rejection(
    (async () => {
      for await (const one of iterable) given.push(one)
    })()
  )
  return { given, thrown }
}
