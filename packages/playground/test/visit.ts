import type { Page } from "playwright-core"
import { expect } from "vitest"

/** What a visitor chooses; what is not given stays as it is. */
export interface Choice {
  readonly model?: string
  readonly backend: string
}

/** Chooses what is trained on what, and starts it. */
export const start = async (page: Page, { model, backend }: Choice): Promise<void> => {
  if (model !== undefined) await page.getByRole("radio", { name: model, exact: true }).check()
  await page.getByRole("radio", { name: backend, exact: true }).check()
  await page.getByRole("button", { name: "Start" }).click()
}

/** What the page says of its run. */
export const status = (page: Page): Promise<string | null> => page.locator("#status").textContent()

/** Stops the run, and waits until it has stopped and the chart stands still. */
export const stop = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Stop" }).click()
  await expect.poll(() => status(page), { timeout: 10_000 }).toMatch(/^Stopped/)
  await page.waitForTimeout(500)
}

/** A row of the table of runs. */
export interface RunRow {
  readonly backend: string
  readonly steps: number
  readonly loss: number
}

/** The runs of the chosen model, as the table shows them. */
export const runRows = (page: Page): Promise<ReadonlyArray<RunRow>> =>
  page.locator("#runs tr").evaluateAll((rows) =>
    rows.map((row) => {
      const [backend = "", steps = "", loss = ""] = [...row.children].map((cell) => cell.textContent ?? "")
      return { backend, steps: Number.parseInt(steps.replaceAll(",", ""), 10) || 0, loss: Number.parseFloat(loss) }
    })
  )

/** The run on a backend. */
export const runOn = async (page: Page, name: string): Promise<RunRow | undefined> =>
  (await runRows(page)).find(({ backend }) => backend === name)

/** Waits until a run has made so many steps, and gives it. */
export const reaches = async (page: Page, name: string, steps: number, milliseconds = 30_000): Promise<RunRow> => {
  const until = performance.now() + milliseconds
  for (;;) {
    const row = await runOn(page, name)
    if (row !== undefined && row.steps >= steps) return row
    const hasFailed = await page.locator("#failure").isVisible()
    if (hasFailed || performance.now() > until) {
      const said = await page.locator(hasFailed ? "#failure" : "#status").textContent()
      throw new Error(`${name} has made ${row?.steps} steps: ${said?.slice(0, 1000)}`)
    }
    await page.waitForTimeout(100)
  }
}

/** A curve as it is drawn: the places of its points. */
export type DrawnCurve = ReadonlyArray<readonly [x: number, y: number]>

/** The curves that are drawn, by their backends. */
export const drawnCurves = async (page: Page): Promise<Readonly<Record<string, DrawnCurve>>> =>
  Object.fromEntries(
    await page.locator("#chart path.curve").evaluateAll((paths) =>
      paths.map((path) => [
        path.getAttribute("data-backend") ?? "",
        (path.getAttribute("d") ?? "")
          .slice(1)
          .split("L")
          .map((point) => point.split(" ").map(Number) as unknown as readonly [number, number])
      ])
    )
  )

/** Expects each point of a curve where another curve has it; only the last may stand for fewer steps. */
export const lieOver = (curve: DrawnCurve, other: DrawnCurve): void => {
  for (const [at, [x, y]] of curve.slice(0, -1).entries()) {
    const [otherX, otherY] = other[at] as DrawnCurve[number]
    // Places are written in tenths of pixels.
    expect(Math.abs(x - otherX)).toBeLessThan(0.11)
    expect(Math.abs(y - otherY)).toBeLessThan(0.11)
  }
}

/** The longest that the page let a frame wait within a time, in milliseconds. */
export const longestWait = (page: Page, milliseconds: number): Promise<number> =>
  page.evaluate(
    (duration) =>
      new Promise<number>((resolve) => {
        const start = performance.now()
        let [last, longest] = [start, 0]
        const tick = (): void => {
          const now = performance.now()
          longest = Math.max(longest, now - last)
          last = now
          if (now - start < duration) setTimeout(tick, 0)
          else resolve(longest)
        }
        tick()
      }),
    milliseconds
  )
