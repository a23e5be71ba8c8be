// Shaders made of several files. WGSL has no includes, so a declaration says which libraries a shader uses.

/** Functions that several shaders use: one .wgsl file. It may read buffers and overrides that its header asks the shader for. */
export interface WgslLibrary {
  /** The file's name without its ending. */
  readonly name: string;
  /** Its text: `import wgsl from './quotient.wgsl?raw'`. */
  readonly wgsl: string;
  /** Libraries that this one calls. */
  readonly uses?: readonly WgslLibrary[];
  /** Language extensions it needs. WGSL takes `enable` directives at the top of a shader only, so the file cannot have its own. */
  readonly enables?: readonly ('subgroups' | 'f16')[];
}

/**
 * A shader followed by the libraries it uses, each once. WGSL lets functions be called before they are declared. The lines of
 * the shader's own file keep their numbers, so that a compiler's message names the line in that file.
 */
export function link(wgsl: string, uses: readonly WgslLibrary[]): string {
  const libraries = [...closure(uses)];
  const enables = new Set(libraries.flatMap(({ enables = [] }) => enables));
  const head = [...enables].map((extension) => `enable ${extension}; `).join('');
  return [head + wgsl, ...libraries.map((library) => library.wgsl)].join('\n');
}

/** Libraries, and those that they use in turn. */
function closure(uses: readonly WgslLibrary[], found = new Set<WgslLibrary>()): Set<WgslLibrary> {
  for (const library of uses) {
    if (found.has(library)) continue;
    found.add(library);
    closure(library.uses ?? [], found);
  }
  return found;
}
