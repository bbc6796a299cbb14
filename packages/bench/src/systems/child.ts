// A process that measures one case with this framework. It imports nothing before the clock runs.
const before = performance.now()
const { answer } = await import("./measureCase.ts")
process.stdout.write(`${await answer(process.argv[2] ?? "", before)}\n`, () => process.exit(0))
