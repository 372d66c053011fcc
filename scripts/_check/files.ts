/** The files of this tree, as the checks see them: by path from the root, with slashes. */

import * as fs from "node:fs/promises";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the tree. */
export const ROOT: string = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** The files of these folders, and these files themselves, whose names end with `ending`, sorted. What is not there is left out. */
export async function listFiles(places: readonly string[], ending = ".ts"): Promise<string[]> {
  const found: string[] = [];
  for (const place of places) {
    const full = path.join(ROOT, place);
    const stat = await fs.stat(full).catch(() => undefined);
    if (stat?.isFile() && place.endsWith(ending)) found.push(place);
    if (!stat?.isDirectory()) continue;
    for (const entry of await fs.readdir(full, { recursive: true, withFileTypes: true })) {
      const file = path.relative(ROOT, path.join(entry.parentPath, entry.name)).replaceAll("\\", "/");
      if (entry.isFile() && file.endsWith(ending) && !file.includes("node_modules/")) found.push(file);
    }
  }
  return found.sort();
}

/** The texts of such files, by path. */
export async function readSources(places: readonly string[]): Promise<Map<string, string>> {
  const files = await listFiles(places);
  const texts = await Promise.all(files.map((file) => fs.readFile(path.join(ROOT, file), "utf8")));
  return new Map(files.map((file, index) => [file, texts[index] as string]));
}
