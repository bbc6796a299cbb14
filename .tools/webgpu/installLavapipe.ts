// Puts lavapipe, Mesa's Vulkan driver on the processor, into .cache/lavapipe, on Debian 12 on x64. Debian 12's own is too
// old for WebGPU; this one is of its backports, and what the machine has installed stays as it is. Only where the driver
// needs libraries that are not there does root install them.
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "../run.ts"
import { findLavapipe, lavapipeFolder } from "./lavapipe.ts"
import { writeInPlace } from "./writeInPlace.ts"

const suite = "bookworm-backports"
const archive = "mesa-vulkan-drivers"
const library = "libvulkan_lvp.so"
const sources = "/etc/apt/sources.list.d/debian.sources"

const runOrFail = async (command: string, args: ReadonlyArray<string>, cwd?: string): Promise<string> => {
  const { code, stdout, output } = await run(command, args, cwd === undefined ? {} : { cwd })
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output.trimEnd()}`)
  return stdout
}

/** The machine's own source of packages, with its mirror and its keys, for another suite. */
const backports = (own: string): string => {
  const stanzas = own.split(/\n\s*\n/).filter((stanza) => /^Suites:.*\bbookworm(\s|$)/m.test(stanza))
  if (stanzas.length === 0) throw new Error(`${sources} has no source of Debian 12`)
  return `${stanzas.map((stanza) => stanza.replace(/^Suites:.*$/m, `Suites: ${suite}`)).join("\n\n")}\n`
}

/** Downloads the driver's package with lists and caches of its own in a folder, and unpacks it there. */
const download = async (folder: string): Promise<string> => {
  const [sourceParts, lists, cache] = ["sources", "lists", "cache"].map((name) => join(folder, name))
  for (const path of [sourceParts, join(lists as string, "partial"), join(cache as string, "archives", "partial")]) {
    mkdirSync(path as string, { recursive: true })
  }
  writeFileSync(join(sourceParts as string, "backports.sources"), backports(readFileSync(sources, "utf8")))
  const settings = [
    "Dir::Etc::SourceList=/dev/null",
    `Dir::Etc::SourceParts=${sourceParts}`,
    `Dir::State::Lists=${lists}`,
    `Dir::Cache=${cache}`,
    // Root's other user may not read this folder.
    ...(process.getuid?.() === 0 ? ["APT::Sandbox::User=root"] : []),
    "Acquire::Retries=3"
  ].map((setting) => `-o${setting}`)
  await runOrFail("apt-get", [...settings, "-qq", "update"])
  await runOrFail("apt-get", [...settings, "-qq", "download", `${archive}/${suite}`], folder)
  const [downloaded] = globSync(`${archive}_*.deb`, { cwd: folder })
  if (downloaded === undefined) throw new Error(`apt-get has not downloaded ${archive}`)
  const unpacked = join(folder, "unpacked")
  await runOrFail("dpkg-deb", ["-x", join(folder, downloaded), unpacked])
  return join(unpacked, "usr", "lib", "x86_64-linux-gnu", library)
}

const missingLibraries = async (path: string): Promise<ReadonlyArray<string>> =>
  (await runOrFail("ldd", [path])).split("\n").filter((line) => line.includes("not found"))

/** What the driver links comes with the machine's own, older one. */
const installLibraries = async (path: string): Promise<void> => {
  if ((await missingLibraries(path)).length === 0) return
  if (process.getuid?.() === 0) {
    await runOrFail("apt-get", ["-qq", "update"])
    const options = ["-qq", "-oDPkg::Lock::Timeout=300", "install", "-y", "--no-install-recommends"]
    await runOrFail("env", ["DEBIAN_FRONTEND=noninteractive", "apt-get", ...options, archive])
  }
  const missing = await missingLibraries(path)
  if (missing.length > 0) throw new Error(`lavapipe lacks libraries:\n${missing.join("\n")}`)
}

const install = async (): Promise<void> => {
  if (process.platform !== "linux" || process.arch !== "x64" || !existsSync(sources)) {
    throw new Error("lavapipe is installed on Debian 12 on x64 only; elsewhere RESIDUAL_LAVAPIPE names its driver")
  }
  const folder = mkdtempSync(join(tmpdir(), "residual-lavapipe-"))
  try {
    const downloaded = await download(folder)
    await installLibraries(downloaded)
    mkdirSync(lavapipeFolder, { recursive: true })
    copyFileSync(downloaded, join(lavapipeFolder, library))
    const driver = { file_format_version: "1.0.0", ICD: { library_path: `./${library}`, api_version: "1.4.305" } }
    writeInPlace(join(lavapipeFolder, "lvp_icd.json"), JSON.stringify(driver))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (findLavapipe() === undefined) {
  await install().catch((error: unknown) => {
    console.error(`No lavapipe: ${(error as Error).message}`)
    process.exitCode = 1
  })
}
