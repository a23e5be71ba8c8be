// A folder with results of the commands: the user's own, or one that a server has. Only what is asked for is read.

/** How the page names a folder to its worker. */
export type FolderGiven =
  | { readonly address: string }
  | { readonly name: string; readonly files: readonly { readonly path: string; readonly file: File }[] };

export interface ResultFolder extends Disposable {
  readonly name: string;
  /** Paths of all files, from the folder on; undefined if the server does not say. */
  readonly paths: readonly string[] | undefined;
  /** The content of a file; undefined if there is none. @throws Error if the server cannot be reached */
  read(path: string): Promise<Blob | undefined>;
  /** Where the page can load a file from; undefined if the folder has none. */
  addressOf(path: string): string | undefined;
}

/** @throws Error for an address that is none */
export const openFolder = (given: FolderGiven): ResultFolder =>
  'address' in given ? folderAt(given.address) : folderOf(given.name, given.files);

function folderOf(name: string, files: readonly { readonly path: string; readonly file: File }[]): ResultFolder {
  const byPath = new Map(files.map(({ path, file }) => [path, file]));
  const made = new Map<string, string>();
  return {
    name,
    paths: [...byPath.keys()],
    read: async (path) => byPath.get(path),
    addressOf(path) {
      const file = byPath.get(path);
      if (!file) return undefined;
      const address = made.get(path) ?? URL.createObjectURL(file);
      made.set(path, address);
      return address;
    },
    [Symbol.dispose]() {
      for (const address of made.values()) URL.revokeObjectURL(address);
      made.clear();
    },
  };
}

function folderAt(address: string): ResultFolder {
  const base = addressOfFolder(address);
  return {
    name: base.href,
    paths: undefined,
    async read(path) {
      const url = new URL(path, base).href;
      const response = await fetch(url).catch((error: unknown) => {
        const words = error instanceof Error ? error.message : String(error);
        throw new Error(
          `${url} cannot be fetched (${words}). The server must run, and allow pages of other sites (Access-Control-Allow-Origin).`,
        );
      });
      // A server of pages may answer with its start page for what it does not have.
      const isPage = response.headers.get('content-type')?.startsWith('text/html') === true;
      return response.ok && !(isPage && !path.endsWith('.html')) ? response.blob() : undefined;
    },
    addressOf: (path) => new URL(path, base).href,
    [Symbol.dispose]: () => undefined,
  };
}

/** The folder that an address names: with a slash at its end, without the page that lies in it. @throws Error */
export function addressOfFolder(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new Error(
      `'${address}' must be the address of a folder, https://… or http://…; to open one of your own, choose it.`,
    );
  }
  url.search = '';
  url.hash = '';
  url.pathname = url.pathname.replace(/[^/]+\.(html|json)$/, '');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
