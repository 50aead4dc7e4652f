import { describe, expect, it } from '@jest/globals';
import type { Log } from '../../infra/log.ts';
import { Failure } from '../../schema/errors.ts';
import { runTool } from './run-tool.ts';
import type { Tool } from './tool.ts';

const logged: unknown[] = [];
const context = {
  identity: { viewer: null, requestId: 'test' },
  runId: null,
  knowledgeBaseIds: null,
  log: { error: (line: unknown) => logged.push(line) } as unknown as Log,
};
const tool = (run: Tool['run']): Tool => ({
  id: 'probe',
  title: 'Probe',
  summary: 'Tests.',
  description: 'For tests.',
  inputSchema: {
    type: 'object',
    properties: { list: { type: 'array', items: { type: 'integer', minimum: 1 } } },
    additionalProperties: false,
  },
  run,
});

describe('runTool', () => {
  it('returns the result as the database stores it', async () => {
    const outcome = await runTool(
      tool(async () => ({ text: 'a\0b\ud800', absent: undefined })),
      {},
      context,
    );
    expect(outcome).toEqual({
      status: 'SUCCEEDED',
      result: { text: 'ab\ufffd' },
      failureCode: null,
      failure: null,
      durationMs: expect.any(Number),
    });
  });

  it('ends at the time limit, also when the tool ignores its signal', async () => {
    let heard = false;
    const unresponsive = tool((_, { signal }) => {
      signal.addEventListener('abort', () => (heard = true));
      return new Promise(() => {});
    });
    expect(await runTool(unresponsive, {}, { ...context, timeoutMs: 50 })).toMatchObject({ status: 'FAILED', failureCode: 'TOOL_TIMEOUT' });
    expect(heard).toBe(true);
  });

  it('returns a failure, and reports a bug only in the log', async () => {
    const refusing = tool(async () => Promise.reject(new Failure('TOOL_BLOCKED')));
    expect(await runTool(refusing, {}, context)).toMatchObject({ status: 'FAILED', failureCode: 'TOOL_BLOCKED' });
    const broken = tool(async () => Promise.reject(new TypeError('secret of the house')));
    expect(await runTool(broken, {}, context)).toMatchObject({
      status: 'FAILED',
      failureCode: 'TOOL_FAILED',
      failure: 'The tool failed.',
    });
    expect(logged).toHaveLength(1);
  });

  it('refuses a result of more than a megabyte', async () => {
    expect(
      await runTool(
        tool(async () => 'x'.repeat(1_000_001)),
        {},
        context,
      ),
    ).toMatchObject({ status: 'FAILED', failureCode: 'TOOL_FAILED' });
  });

  it('does not start with invalid arguments', async () => {
    const never = tool(async () => Promise.reject(new Error('it began')));
    for (const args of [null, 'text', { list: [0] }, { list: [1.5] }, { list: 1 }, { other: 1 }]) {
      expect(await runTool(never, args, context)).toMatchObject({ status: 'FAILED', failureCode: 'TOOL_BAD_ARGUMENTS' });
    }
  });
});
