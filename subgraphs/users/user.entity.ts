import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { Role } from '../../schema/viewer.ts';

export const User = defineEntity({
  name: 'User',
  tableName: 'user',
  properties: {
    id: p.uuid().primary(),
    /** As the person wrote it. */
    email: p.text(),
    /** Normalized for comparison: NFKC, lower case. */
    emailKey: p.text(),
    name: p.text(),
    role: p.text().$type<Role>(),
    passwordHash: p.text(),
    createdAt: p.datetime(),
  },
});

export type User = InferEntity<typeof User>;
