// Files from a drop or a picker, read with progress.
import type { ModelFile } from 'convscope/importers';

/** Reads files one after another and reports the progress. */
export async function readFiles(files: readonly File[], onProgress: (share: number) => void): Promise<ModelFile[]> {
  const total = files.reduce((sum, f) => sum + f.size, 0) || 1;
  let loaded = 0;
  const result: ModelFile[] = [];
  for (const file of files) {
    const bytes = new Uint8Array(file.size);
    let at = 0;
    const reader = file.stream().getReader();
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      bytes.set(chunk.value, at);
      at += chunk.value.length;
      loaded += chunk.value.length;
      onProgress(loaded / total);
    }
    result.push({ name: file.name, bytes });
  }
  return result;
}

/** Paths of dropped files, which do not know in which folder they were. */
const dropped = new WeakMap<File, string>();

/** A file's path from the folder that was chosen or dropped, which it begins with; its name if it came alone. */
export const pathOf = (file: File): string => dropped.get(file) ?? (file.webkitRelativePath || file.name);

/** Calls `onFiles` with what is dropped anywhere on the page or chosen in `input`. */
export function listenForFiles(input: HTMLInputElement, onFiles: (files: File[]) => void): void {
  input.addEventListener('change', () => {
    const files = Array.from(input.files ?? []);
    if (files.length > 0) onFiles(files);
    input.value = '';
  });
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('dropping');
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) document.body.classList.remove('dropping');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    document.body.classList.remove('dropping');
    void droppedFiles(event.dataTransfer).then((files) => {
      if (files.length > 0) onFiles(files);
    });
  });
}

/** The dropped files, including all files in dropped folders, in the order of their paths. */
async function droppedFiles(transfer: DataTransfer | null): Promise<File[]> {
  if (!transfer) return [];
  // Entries exist only during the event. Files created by a script have none.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files = Array.from(transfer.files);
  if (!entries.some((entry) => entry.isDirectory)) return files;
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    dropped.set(file, entry.fullPath.replace(/^\//, ''));
    return [file];
  }
  if (!isFolder(entry)) return [];
  const reader = entry.createReader();
  const inside: FileSystemEntry[] = [];
  // A folder is read in chunks, until one is empty.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) break;
    inside.push(...part);
  }
  inside.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  return (await Promise.all(inside.map(filesOf))).flat();
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** Offers `content` as a download. */
export function download(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
