/** All files of a drop, those inside folders too; hidden ones are left out. */
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
  // The list is emptied when the event is over, so the entries are taken before anything is awaited.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...transfer.files];
  return (await Promise.all(entries.map(filesIn))).flat();
}

async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  if (entry.name.startsWith('.')) return [];
  if (isFile(entry)) return [await new Promise<File>((resolve, reject) => entry.file(resolve, reject))];
  const inside: FileSystemEntry[] = [];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A folder is read in portions; an empty one is the end.
  for (let portion = await read(reader); portion.length > 0; portion = await read(reader)) inside.push(...portion);
  return (await Promise.all(inside.map(filesIn))).flat();
}

function read(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}
