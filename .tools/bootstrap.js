// Runs a program of this repository under the pinned Node, installing the pinned pnpm, Node and packages first when
// they are absent or out of date:
//
//     node .tools/bootstrap.js packages/cli/src/main.ts train
//
// This file is the only one that an older Node has to read: plain JavaScript for Node 20, without dependencies.
// Everything it says goes to stderr, so that the program's stdout stays the program's.

import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const windows = process.platform === "win32"
const pinnedNode = join(root, "node_modules", "node", "bin", windows ? "node.exe" : "node")
const stampFile = join(root, "node_modules", ".residual-setup")
const lockFile = join(root, ".cache", "setup.lock")
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))

const say = (message) => process.stderr.write(`${message}\n`)

const fail = (message) => {
  say(`residual: ${message}`)
  process.exit(1)
}

/** Everything that decides what `pnpm install` would install here. */
const wanted = () => {
  const packages = readdirSync(join(root, "packages"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join("packages", entry.name, "package.json"))
    .filter((file) => existsSync(join(root, file)))
    .sort()
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`)
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...packages]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)))
  }
  return hash.digest("hex")
}

const isSetUp = () => existsSync(pinnedNode) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted()

/**
 * Runs a child to its end and resolves to its exit code, or to the signal that ended it. A signal sent to this process
 * is passed on. A terminal's Ctrl-C reaches the whole process group and npm then repeats it, so an interrupt that comes
 * twice in a moment has reached the child already.
 */
const runToEnd = (command, args, options, onOutput) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, options)
    let interrupts = 0
    const passOn = (signal) => {
      if (signal !== "SIGINT") return child.kill(signal)
      interrupts++
      if (interrupts === 1) {
        setTimeout(() => {
          if (interrupts === 1) child.kill(signal)
          interrupts = 0
        }, 200)
      }
    }
    const signals = ["SIGINT", "SIGTERM", ...(windows ? [] : ["SIGHUP", "SIGQUIT"])]
    for (const signal of signals) process.on(signal, passOn)
    const settle = (finish) => {
      for (const signal of signals) process.off(signal, passOn)
      finish()
    }
    child.stdout?.on("data", onOutput)
    child.stderr?.on("data", onOutput)
    child.on("error", (error) => settle(() => reject(error)))
    child.on("close", (code, signal) => settle(() => resolve({ code, signal })))
  })

/** Ends this process the way the child ended. */
const endLike = ({ code, signal }) => {
  if (signal === null) process.exit(code)
  process.kill(process.pid, signal)
}

const isRunning = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === "EPERM"
  }
}

/** Two commands started at once in a fresh clone must not install over each other: the second waits for the first. */
const withLock = async (work) => {
  mkdirSync(dirname(lockFile), { recursive: true })
  for (;;) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: "wx" })
      break
    } catch (error) {
      if (error.code !== "EEXIST") throw error
      if (!isRunning(Number(readFileSync(lockFile, "utf8")))) rmSync(lockFile, { force: true })
      await sleep(250)
    }
  }
  process.on("exit", () => rmSync(lockFile, { force: true }))
  await work()
  rmSync(lockFile, { force: true })
}

const install = async () => {
  if (isSetUp()) return
  const pnpm = manifest.packageManager
  say(
    `residual: setting up ${pnpm}, node@${manifest.devDependencies.node} and the packages (only when they change) ...`
  )
  const output = []
  const ended = await runToEnd(
    windows ? "npx.cmd" : "npx",
    ["--yes", pnpm, "install", "--frozen-lockfile", "--config.confirm-modules-purge=false", "--reporter=append-only"],
    {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      shell: windows,
      // `npm run -s` would silence the reason why an install failed.
      env: { ...process.env, npm_config_loglevel: "error" }
    },
    (chunk) => output.push(chunk)
  ).catch((error) => fail(`npx did not start (${error.message}); npm and npx must be on the PATH`))
  if (ended.signal !== null || ended.code >= 128) {
    rmSync(lockFile, { force: true })
    endLike(ended)
  }
  if (ended.code !== 0 || !existsSync(pinnedNode)) {
    const text = Buffer.concat(output).toString("utf8")
    say(text.trimEnd())
    const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET|ERR_SOCKET_TIMEOUT/.test(text)
    fail(
      offline
        ? "the set-up could not reach the npm registry; the first run, and a run after a change of dependencies, needs it"
        : `the set-up failed: \`npx ${pnpm} install --frozen-lockfile\` ended with ${ended.code} (its output is above)`
    )
  }
  writeFileSync(stampFile, wanted())
}

if (Number(process.versions.node.split(".")[0]) < 20) {
  fail(`Node 20 or newer is needed to set this repository up; this is Node ${process.versions.node}`)
}
const [program, ...rest] = process.argv.slice(2)
if (program === undefined) fail("usage: node .tools/bootstrap.js PROGRAM [ARGUMENTS]")
if (!isSetUp()) await withLock(install)
const path = [dirname(pinnedNode), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter)
endLike(
  await runToEnd(pinnedNode, [join(root, program), ...rest], {
    stdio: "inherit",
    env: { ...process.env, PATH: path }
  })
)
