/** The text that `residual train` learns, made by the build. */
declare module "virtual:moby-dick" {
  const text: string
  export default text
}
