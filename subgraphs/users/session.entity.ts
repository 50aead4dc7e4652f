import { defineEntity, p } from '@mikro-orm/core';

/** One sign-in, and the family of refresh tokens that follow one another in it. */
export const Session = defineEntity({
  name: 'Session',
  tableName: 'session',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid(),
    createdAt: p.datetime(),
    expiresAt: p.datetime(),
    revokedAt: p.datetime().strictNullable(),
    revokedFor: p.text().$type<'SIGN_OUT' | 'REUSE'>().strictNullable(),
  },
});

export const RefreshToken = defineEntity({
  name: 'RefreshToken',
  tableName: 'refresh_token',
  properties: {
    /** SHA-256 of the token; the token itself is not stored. */
    hash: p.text().primary(),
    sessionId: p.uuid(),
    expiresAt: p.datetime(),
    usedAt: p.datetime().strictNullable(),
    /** The nonce that derives the successor from the used token; useless without the token. */
    nonce: p.text().strictNullable(),
  },
});
