// Packs every package as it would be published, installs the tarballs in a fresh project outside this repository, and
// there type-checks and runs a small program with plain Node. It needs the registry for the packages' dependencies.
// The build is made in a copy, so that it starts from nothing and leaves the working tree alone.
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { root, run, runNode } from "./run.ts"

const outside = mkdtempSync(join(tmpdir(), "residual-pack-"))
const stage = join(outside, "stage")
const tarballs = join(outside, "tarballs")
const project = join(outside, "project")
mkdirSync(tarballs)
mkdirSync(project)

interface Manifest {
  readonly packageManager: string
  readonly devDependencies: Readonly<Record<string, string>>
}
const manifest: Manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))

/** Runs a step; a failed one shows what it said and ends the check. */
const step = async (name: string, ended: ReturnType<typeof run>): Promise<string> => {
  const { code, stdout, output } = await ended
  if (code === 0) return stdout
  console.log(`${name} failed:\n${output.trimEnd()}`)
  rmSync(outside, { recursive: true, force: true })
  process.exit(1)
}

/** What npm tells its children about this repository is not to reach an install elsewhere; a mirror or proxy is. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_(package|lifecycle|command|config_(local_prefix|global_prefix|prefix))|init_cwd)/i.test(name)
  )
)

try {
  cpSync(join(root, "packages"), join(stage, "packages"), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !["dist", "test", "typetest", "fixtures"].includes(basename(path))
  })
  for (const file of ["package.json", "pnpm-workspace.yaml", "LICENSE"]) cpSync(join(root, file), join(stage, file))
  symlinkSync(join(root, "node_modules"), join(stage, "node_modules"), "junction")
  const packages = globSync("packages/*/package.json", { cwd: stage })
    .sort()
    .map((path) => join(stage, path, ".."))
  await step("build", runNode(join(root, "node_modules/typescript/bin/tsc"), ["-b", ...packages]))
  await step(
    "pack",
    run("npx", ["--yes", manifest.packageManager, "--filter=./packages/*", "pack", "--pack-destination", tarballs], {
      cwd: stage,
      env: environment
    })
  )
  const files = globSync("*.tgz", { cwd: tarballs }).sort()
  const nameOf = (file: string) => file.replace(/^residual-(.*)-\d.*$/, "@residual/$1")
  const packed = Object.fromEntries(files.map((file) => [nameOf(file), `file:${join(tarballs, file)}`]))
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({
      private: true,
      type: "module",
      dependencies: packed,
      devDependencies: {
        typescript: manifest.devDependencies.typescript,
        "@types/node": manifest.devDependencies["@types/node"]
      },
      overrides: packed
    })
  )
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        module: "NodeNext",
        target: "ES2024",
        strict: true,
        noEmit: true,
        types: ["node"],
        skipLibCheck: false
      },
      include: ["*.ts"]
    })
  )
  for (const file of globSync("*", { cwd: join(root, ".tools", "outside") })) {
    cpSync(join(root, ".tools", "outside", file), join(project, file))
  }
  await step(
    "install",
    run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--omit=peer"], {
      cwd: project,
      env: environment
    })
  )
  await step(
    "type check outside",
    runNode(join(project, "node_modules/typescript/bin/tsc"), ["-p", "."], { cwd: project })
  )
  const said = await step("program outside", runNode("program.ts", [], { cwd: project }))
  await step("command outside", runNode("node_modules/@residual/cli/dist/main.js", ["--help"], { cwd: project }))
  console.log(`${files.length} packages packed, installed, type-checked and run outside: ${said.trim()}`)
} finally {
  rmSync(outside, { recursive: true, force: true })
}
