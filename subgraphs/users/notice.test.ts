import { describe, expect, it } from '@jest/globals';
import type { DomainEvents } from '../../schema/events.ts';
import { answerEnded, documentFailed, documentReady } from './notice.ts';

const document = { documentId: 'd1', knowledgeBaseId: 'k1', ownerId: 'u1', name: 'Manual.pdf' };
const run = {
  conversationId: 'c1',
  conversationTitle: 'Lighthouses',
  status: 'COMPLETED',
  durationMs: 34_200,
  failureCode: null,
} as DomainEvents['run.finished'];

describe('the text of a notification', () => {
  it.each([
    [1, '1 passage'],
    [41, '41 passages'],
    [1204, '1,204 passages'],
  ])('gives the number of searchable passages of a document: %d', (passageCount, words) => {
    expect(documentReady({ ...document, passageCount })).toMatchObject({
      kind: 'DOCUMENT_READY',
      title: 'Manual.pdf is ready',
      body: `${words} can be searched.`,
      link: '/knowledge/k1?document=d1',
    });
  });

  it('names for a duplicate the document that is searched instead', () => {
    expect(documentReady({ ...document, passageCount: 0 }).body).toBe(
      'The knowledge base already has the same file, which is searched instead.',
    );
  });

  it('gives the number of documents when several of one knowledge base are ready', () => {
    const { group } = documentReady({ ...document, passageCount: 3 });
    expect(group).toMatchObject({ key: 'document-ready:k1', link: '/knowledge/k1' });
    expect(group!.say(2)).toEqual({ title: '2 documents are ready', body: 'Manual.pdf and 1 other can be searched.' });
    expect(group!.say(10)).toEqual({ title: '10 documents are ready', body: 'Manual.pdf and 9 others can be searched.' });
  });

  it('gives the reason why a document could not be read', () => {
    const notice = documentFailed({ ...document, code: 'DOCUMENT_EMPTY', reason: 'The file is empty.' });
    expect(notice).toMatchObject({ kind: 'DOCUMENT_FAILED', title: 'Manual.pdf could not be read', body: 'The file is empty.' });
  });

  it('announces an answer that took long', () => {
    expect(answerEnded(run)).toEqual({
      kind: 'ANSWER_FINISHED',
      title: 'The answer in “Lighthouses” is ready',
      body: 'It took 34 seconds.',
      link: '/c/c1',
    });
    expect(answerEnded({ ...run, durationMs: 300_000 })?.body).toBe('It took 5 minutes.');
  });

  it('is absent for a quick answer, and for one that was stopped', () => {
    expect(answerEnded({ ...run, durationMs: 20_000 })).toBeNull();
    expect(answerEnded({ ...run, status: 'STOPPED' })).toBeNull();
  });

  it('names the next step after an answer that failed', () => {
    const notice = answerEnded({ ...run, status: 'FAILED', failureCode: 'PROVIDER_TIMEOUT' });
    expect(notice).toMatchObject({
      kind: 'ANSWER_FAILED',
      title: 'An answer in “Lighthouses” failed',
      body: 'The model stopped answering. Regenerate the answer.',
    });
    expect(answerEnded({ ...run, status: 'INTERRUPTED', failureCode: 'RUN_INTERRUPTED' })?.title).toBe(
      'An answer in “Lighthouses” was interrupted',
    );
  });
});
