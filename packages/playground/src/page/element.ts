type Attributes = Readonly<Record<string, string | number | undefined>>
type Children = ReadonlyArray<Node | string>

const fill = <Kind extends Element>(made: Kind, attributes: Attributes, children: Children): Kind => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(name, String(value))
  }
  made.append(...children)
  return made
}

/** A new HTML element with its attributes and children. */
export const element = <Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Children
): HTMLElementTagNameMap[Name] => fill(document.createElement(name), attributes, children)

/** A new SVG element with its attributes and children. */
export const svgElement = <Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Children
): SVGElementTagNameMap[Name] =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children)
