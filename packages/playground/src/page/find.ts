/** The part of the page with an id. Throws where the page has none of this kind. */
export const find = <Part extends HTMLElement>(id: string, kind: new () => Part): Part => {
  const part = document.getElementById(id)
  if (!(part instanceof kind)) throw new Error(`the page has no ${kind.name} "${id}"`)
  return part
}
