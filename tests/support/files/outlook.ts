import { burn } from '@kenjiuno/msgreader/lib/Burner.js';

interface Stream {
  name: string;
  data: Buffer | Stream[];
}

export interface OutlookAttachment {
  name: string;
  data: Buffer | Stream[];
  /** The id by which the body refers to it. */
  contentId?: string;
}

const ROOT = 5;
const STORAGE = 1;
const STREAM = 2;
const EPOCH_MS = 11_644_473_600_000;

const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const text = (tag: string, value: string): Stream => ({ name: `__substg1.0_${tag}001F`, data: utf16(value) });

/** Builds a message inside another one, as the data of an attachment. */
export function innerMessage(subject: string, body: string): Stream[] {
  return [properties(24), text('0037', subject), text('1000', body)];
}

/** Builds a message as Outlook saves it (MS-OXMSG). */
export function outlookMessage(html: string, attachments: OutlookAttachment[]): Buffer {
  const sent = BigInt(Date.UTC(2024, 2, 14, 8, 30) + EPOCH_MS) * 10_000n;
  return compoundFile([
    { name: '__nameid_version1.0', data: [] },
    properties(32, [0x0e06_0040, sent], [0x3fde_0003, 65_001n]),
    text('001A', 'IPM.Note'),
    text('0037', 'Gebühren 港'),
    text('0C1A', 'Élise'),
    text('5D01', 'elise@example.org'),
    { name: '__substg1.0_10130102', data: Buffer.from(html) },
    {
      name: '__recip_version1.0_#00000000',
      data: [properties(8, [0x0c15_0003, 1n]), text('3001', 'Harbour'), text('39FE', 'harbour@example.org')],
    },
    ...attachments.map(({ name, data, contentId }, index) => ({
      name: `__attach_version1.0_#0000000${index}`,
      data: [
        properties(8, [0x3705_0003, Array.isArray(data) ? 5n : 1n]),
        text(Array.isArray(data) ? '3001' : '3707', name),
        { name: `__substg1.0_3701${Array.isArray(data) ? '000D' : '0102'}`, data },
        ...(contentId ? [text('3712', contentId)] : []),
      ],
    })),
  ]);
}

function properties(headBytes: number, ...list: [tag: number, value: bigint][]): Stream {
  const data = Buffer.alloc(headBytes + list.length * 16);
  list.forEach(([tag, value], index) => {
    const at = headBytes + index * 16;
    data.writeUInt32LE(tag, at);
    data.writeUInt32LE(6, at + 4);
    data.writeBigUInt64LE(value, at + 8);
  });
  return { name: '__properties_version1.0', data };
}

type Entry = Parameters<typeof burn>[0][number];

function compoundFile(streams: Stream[]): Buffer {
  const entries: Entry[] = [{ name: 'Root Entry', type: ROOT, length: 0, children: [] }];
  const add = (parent: Entry, { name, data }: Stream) => {
    // Copies the bytes, because the writer uses the whole memory of which a buffer is a part.
    const entry: Entry = Array.isArray(data)
      ? { name, type: STORAGE, length: 0, children: [] }
      : { name, type: STREAM, length: data.length, binaryProvider: () => new Uint8Array(data) };
    parent.children!.push(entries.push(entry) - 1);
    if (Array.isArray(data)) for (const stream of data) add(entry, stream);
  };
  for (const stream of streams) add(entries[0]!, stream);
  return Buffer.from(burn(entries));
}
