/** Returns all files of a drop, also those in folders, without hidden files. */
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
  // The list is cleared after the event, so the entries are taken before any await.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...transfer.files];
  return (await Promise.all(entries.map(filesIn))).flat();
}

async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  if (entry.name.startsWith('.')) return [];
  if (isFile(entry)) return [await new Promise<File>((resolve, reject) => entry.file(resolve, reject))];
  const inside: FileSystemEntry[] = [];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A folder is read in batches; an empty batch is the end.
  for (let portion = await read(reader); portion.length > 0; portion = await read(reader)) inside.push(...portion);
  return (await Promise.all(inside.map(filesIn))).flat();
}

function read(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}
