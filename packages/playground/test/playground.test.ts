import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { findChromium } from "../../../.tools/browser/findChromium.ts"
import { type Playground, servePlayground, startBrowser, type Visitor } from "./playgroundPage.ts"
import { drawnCurves, lieOver, longestWait, reaches, runOn, runRows, start, status, stop } from "./visit.ts"

const chromium = findChromium()

// Where there is none, `npm test` says that these did not run.
describe.runIf(chromium !== undefined)("the playground", () => {
  let [playground, browser]: [Playground?, Visitor?] = []
  const open = (prepare?: () => void) => (browser as Visitor).open((playground as Playground).address, prepare)

  beforeAll(async () => {
    playground = await servePlayground()
    browser = await startBrowser(chromium as string)
  })
  afterAll(async () => {
    await browser?.close()
    await playground?.close()
  })

  test("trains the small GPT, writes, stops, and trains it on another backend over the same curve", async () => {
    const { page, errors } = await open()
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
    expect(await page.getByRole("button", { name: "Stop" }).isDisabled()).toBe(true)

    await start(page, { model: "Small character GPT", backend: "CPU" })
    const early = await reaches(page, "CPU", 1)
    expect(early.loss).toBeLessThan(4.6)
    const later = await reaches(page, "CPU", 200)
    expect(later.loss).toBeLessThan(2.9)
    const samples = page.locator("#samples li")
    await samples.nth(1).waitFor()
    expect(await samples.last().textContent()).toMatch(/^CPU, after (?:1 step|\d+ steps)Call me Ishmael\.(?:.|\n){50}/)
    await stop(page)
    expect(await status(page)).toMatch(/^Stopped the small character GPT on CPU after [\d,]+ steps, loss 2\.\d+\.$/)
    const stopped = await runOn(page, "CPU")
    await page.waitForTimeout(300)
    expect(await runOn(page, "CPU")).toEqual(stopped)

    await start(page, { backend: "Reference" })
    expect(await page.locator("#code").textContent()).toContain("Effect.provide(Reference.layer())")
    await reaches(page, "Reference", 12)
    await stop(page)
    expect((await runRows(page)).map(({ backend }) => backend)).toEqual(["Reference", "CPU"])
    const { reference = [], cpu = [] } = await drawnCurves(page)
    expect(reference.length).toBeGreaterThanOrEqual(12)
    expect(cpu.length).toBeGreaterThan(reference.length)
    lieOver(reference, cpu)
    expect(errors).toEqual([])
  })

  test("trains it on WebGPU like on the reference, and says so where the device is lost", async () => {
    const { page, errors } = await open()
    const text = () => page.locator("#samples .sample-text").last().textContent()
    await start(page, { model: "Small character GPT", backend: "Reference" })
    await reaches(page, "Reference", 6)
    const written = await text()
    expect(written?.length).toBeGreaterThan(150)
    await stop(page)

    // A GPU in software takes its time, and compiles every kernel first.
    await start(page, { backend: "WebGPU" })
    await reaches(page, "WebGPU", 4, 50_000)
    expect(await text()).toBe(written)
    const { reference = [], webgpu = [] } = await drawnCurves(page)
    expect(webgpu.length).toBeGreaterThanOrEqual(4)
    lieOver(webgpu, reference)
    expect(errors).toEqual([])

    await browser?.crashGpu()
    const failure = page.getByRole("alert")
    await failure.waitFor()
    expect(await failure.textContent()).toMatch(/^WebGPU lost its device\. *Start again.*webgpu is lost: /)
    expect(await status(page)).toMatch(/^WebGPU failed after \d+ steps, loss 4\.\d+\.$/)
    expect(await page.getByRole("button", { name: "Start" }).isEnabled()).toBe(true)
    expect(Object.keys(await drawnCurves(page))).toEqual(["reference", "webgpu"])
  })

  test("goes on at once on a backend that is chosen during a run, and answers while the slowest computes", async () => {
    const { page, errors } = await open()
    // Its steps take about a second each on this backend.
    await start(page, { model: "Character GPT", backend: "CPU" })
    await reaches(page, "CPU", 20)
    await page.getByRole("radio", { name: "Reference" }).check()
    await reaches(page, "Reference", 1)
    // What else the machine does may hold up a frame now and then; a page that waits for training waits each time.
    const waits: Array<number> = []
    while (waits.length < 3 && !waits.some((wait) => wait < 200)) waits.push(await longestWait(page, 2000))
    expect(Math.min(...waits)).toBeLessThan(200)
    const clicked = performance.now()
    await page.locator("label", { hasText: "by time" }).click()
    await expect.poll(() => page.locator("#chart").textContent()).toContain("seconds of training")
    expect(performance.now() - clicked).toBeLessThan(1000)
    await stop(page)
    expect(errors).toEqual([])
  })

  test("trains the classifier until it reads most of the digits that it never learned from", async () => {
    const { page, errors } = await open()
    await start(page, { model: "Digit classifier", backend: "CPU" })
    await expect
      .poll(() => status(page), { timeout: 40_000 })
      .toMatch(/^Trained the digit classifier on CPU to the end/)
    const shown = (await page.locator("#accuracy").textContent()) ?? ""
    expect(shown).toMatch(/^\d+\.\d% of 500 digits that it never learned from$/)
    expect(Number.parseFloat(shown)).toBeGreaterThan(94)
    expect(await page.locator("#digits li").count()).toBe(20)
    expect(await page.locator('#digits li[data-right="true"]').count()).toBeGreaterThan(15)
    expect(await page.getByRole("img", { name: "a handwritten 3" }).count()).toBe(2)
    expect((await runOn(page, "CPU"))?.steps).toBe(1200)
    expect(errors).toEqual([])
  })

  test("says what to do where there is no WebGPU, and what the other backends are for", async () => {
    const { page, errors } = await open(() => {
      Object.defineProperty(Navigator.prototype, "gpu", { get: () => undefined })
    })
    await page.getByRole("radio", { name: "WebGPU" }).check()
    const notice = page.locator("#backend-notice")
    expect(await notice.textContent()).toMatch(/^This browser offers no WebGPU\. .*Reference and CPU work here\.$/)
    expect(await notice.getAttribute("role")).toBe("status")
    expect(await page.getByRole("button", { name: "Start" }).isDisabled()).toBe(true)
    await page.getByRole("radio", { name: "CPU" }).check()
    expect(await notice.isVisible()).toBe(false)
    expect(await page.getByRole("button", { name: "Start" }).isEnabled()).toBe(true)
    expect(errors).toEqual([])
  })

  test("says what to do where the browser has WebGPU and no adapter", async () => {
    const without = await startBrowser(chromium as string, false)
    try {
      const { page } = await without.open((playground as Playground).address)
      await start(page, { backend: "WebGPU" })
      const failure = page.getByRole("alert")
      await failure.waitFor()
      expect(await failure.textContent()).toMatch(/^WebGPU has no device here\..*choose the CPU backend\..*no GPU/)
      await start(page, { backend: "CPU" })
      await reaches(page, "CPU", 1)
      expect(await failure.isVisible()).toBe(false)
    } finally {
      await without.close()
    }
  })

  test("shows an error in the page, and starts again after it", async () => {
    const { page, errors } = await open()
    await page.route(/virtual_moby-dick/, (route) => route.abort())
    await page.getByRole("button", { name: "Start" }).click()
    const failure = page.getByRole("alert")
    await failure.waitFor()
    expect(await failure.textContent()).toMatch(/^The data did not load\./)
    expect(await status(page)).toBe("CPU failed after 0 steps.")
    await page.unroute(/virtual_moby-dick/)
    await page.getByRole("button", { name: "Start" }).click()
    await reaches(page, "CPU", 5)
    expect(await failure.isVisible()).toBe(false)
    // What the browser says of the file that was kept from it.
    expect(errors.filter((error) => !error.includes("net::ERR_FAILED"))).toEqual([])
  })
})
