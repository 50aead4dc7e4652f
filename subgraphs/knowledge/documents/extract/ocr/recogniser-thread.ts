import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import type { GrayPicture } from './gray-picture.ts';

/** The part of Tesseract's API, compiled to WebAssembly, that is used here. */
interface Tesseract {
  FS: { writeFile(name: string, content: Uint8Array): void };
  TessBaseAPI: new () => {
    Init(folder: null, language: string, engine: number): number;
    SetVariable(name: string, value: string): boolean;
    /** Loads the image from `/input`; returns 0 on success. */
    SetImageFile(orientation: number, angle: number): number;
    Recognize(monitor: null): number;
    /** Returns TSV with a line for each block, paragraph, line and word. */
    GetTSVText(page: number): string;
    Clear(): void;
  };
}

/** The messages of the thread: ready, then for each image its TSV, or null. */
export type RecogniserAnswer = { ready: true } | { table: string | null };

const LSTM_ENGINE = 1;
/** Page segmentation mode 3, which finds columns, tables and headings; the default of the API is a single block. */
const WHOLE_PAGES = '3';

async function load() {
  const require = createRequire(import.meta.url);
  const core = (await require('tesseract.js-core/tesseract-core-simd-lstm')({ print() {}, printErr() {} })) as Tesseract;
  const models = dirname(require.resolve('@tesseract.js-data/eng/package.json'));
  core.FS.writeFile('eng.traineddata', gunzipSync(readFileSync(join(models, '4.0.0_best_int/eng.traineddata.gz'))));
  const api = new core.TessBaseAPI();
  if (api.Init(null, 'eng', LSTM_ENGINE) !== 0) throw new Error('Tesseract cannot load its model.');
  api.SetVariable('tessedit_pageseg_mode', WHOLE_PAGES);
  return { core, api };
}

const { core, api } = await load();

function recognise({ width, height, data }: GrayPicture): string | null {
  core.FS.writeFile('/input', Buffer.concat([Buffer.from(`P5 ${width} ${height} 255\n`), data]));
  if (api.SetImageFile(1, 0) !== 0 || api.Recognize(null) !== 0) return null;
  const table = api.GetTSVText(0);
  api.Clear();
  return table;
}

parentPort!.on('message', (picture: GrayPicture) => parentPort!.postMessage({ table: recognise(picture) } satisfies RecogniserAnswer));
parentPort!.postMessage({ ready: true } satisfies RecogniserAnswer);
