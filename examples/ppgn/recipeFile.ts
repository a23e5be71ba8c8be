// The recipe in a file that was dropped on the page.
import { recipeOf } from 'convscope';

type Recipe = Readonly<Record<string, unknown>>;

/** The recipe of a JSON file, or that in a PNG; undefined for other pictures. @throws Error for what is not JSON */
export async function recipeFrom(file: File): Promise<Recipe | undefined> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (/\.json$/i.test(file.name)) return parsed(file.name, bytes);
  const isPng = [0x89, 0x50, 0x4e, 0x47].every((byte, i) => bytes[i] === byte);
  return isPng ? recipeOf(bytes) : undefined;
}

function parsed(name: string, bytes: Uint8Array): Recipe {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Error(`${name} is not JSON (${error instanceof Error ? error.message : error}).`);
  }
}
