// What the page calls a run: its folder's name, and where several have that name, as much of the path before it as tells
// each from the others (a/results, b/results).

interface Folder {
  name: string;
  path: string;
}

const partsOf = (path: string): string[] => path.split("/").filter((part) => part !== "");

/** The shortest end of a path that no other one has; the whole path where another path ends like it. */
function tellingEnd(path: string, others: readonly string[]): string {
  const parts = partsOf(path);
  let alike = others.map(partsOf);
  for (let count = 1; count <= parts.length; ++count) {
    alike = alike.filter((other) => other[other.length - count] === parts[parts.length - count]);
    if (alike.length === 0) return parts.slice(-count).join("/");
  }
  return path;
}

/** A name for each, in their order; no two are equal unless name and path are. */
export function tellingNames(folders: readonly Folder[]): string[] {
  const paths = new Map<string, string[]>();
  for (const { name, path } of folders) paths.set(name, [...(paths.get(name) ?? []), path]);
  return folders.map(({ name, path }) => {
    const others = (paths.get(name) ?? []).filter((other) => other !== path);
    return others.length === 0 || path === "" ? name : tellingEnd(path, others);
  });
}
