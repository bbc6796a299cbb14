import { expect } from "vitest"

/** What `actual // => expected` becomes. */
export const $equals = (actual: unknown, expected: unknown): void => expect(actual).toEqual(expected)

/** What `expression // throws text` becomes. */
export const $throws = async (evaluate: () => Promise<unknown>, text: string): Promise<void> => {
  const thrown = await evaluate().then(
    (value) => expect.fail(`expected an error, got ${String(value)}`),
    (error: unknown) => String(error)
  )
  expect(thrown).toContain(text)
}
