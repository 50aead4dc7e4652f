import { isId } from '../../infra/id.ts';
import { Failure } from '../../schema/errors.ts';
import { viewerOf, type Context } from '../framework/context.ts';
import { requireOwned } from '../framework/policy.ts';
import type { Document } from './documents/document.entity.ts';
import { documentsById } from './documents/document.loader.ts';
import type { KnowledgeBase } from './bases/knowledge-base.entity.ts';
import { idsByOwner, knowledgeBasesById } from './bases/knowledge-base.loader.ts';
import type { Passage } from './passages/passage.entity.ts';
import { passagesById } from './passages/passage.loader.ts';

/** Returns the viewer's own object or throws `NOT_FOUND`. */
export async function ownKnowledgeBase(id: string, context: Context): Promise<KnowledgeBase> {
  return requireOwned(viewerOf(context), isId(id) ? await knowledgeBasesById(context).load(id) : null, 'KnowledgeBase');
}

export async function ownDocument(id: string, context: Context): Promise<Document> {
  return requireOwned(viewerOf(context), isId(id) ? await documentsById(context).load(id) : null, 'Document');
}

export async function ownPassage(id: string, context: Context): Promise<Passage> {
  const viewer = viewerOf(context);
  const passage = isId(id) ? await passagesById(context).load(id) : null;
  if (!passage) throw new Failure('NOT_FOUND', { kind: 'Passage' });
  requireOwned(viewer, await documentsById(context).load(passage.documentId), 'Passage');
  return passage;
}

/** Returns null instead of `NOT_FOUND`, for references that outlive the object. */
export async function orNull<T>(own: Promise<T>): Promise<T | null> {
  try {
    return await own;
  } catch (error) {
    if (error instanceof Failure && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

/** Returns the ids of all knowledge bases of the viewer. */
export function ownIds(context: Context): Promise<string[]> {
  return idsByOwner(context).load(viewerOf(context).userId);
}

/** Returns the existing knowledge bases of the viewer among `ids`, in the same order. */
export async function ownKnowledgeBases(ids: string[], context: Context): Promise<KnowledgeBase[]> {
  const { userId } = viewerOf(context);
  const found = await Promise.all(ids.filter(isId).map((id) => knowledgeBasesById(context).load(id)));
  return found.filter((knowledgeBase) => knowledgeBase?.ownerId === userId) as KnowledgeBase[];
}
