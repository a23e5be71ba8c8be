// The one place where an example looks elements up.

/** The element `id`, which the page must have as a `type`: `find('start', HTMLButtonElement)`. */
export function find<T extends HTMLElement>(id: string, type: { new (): T; readonly name: string }): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`the page has no ${type.name} '${id}'`);
  return element;
}
