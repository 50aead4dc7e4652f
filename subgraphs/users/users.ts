import { viewerOf, type Context } from '../framework/context.ts';
import type { Subgraph } from '../framework/subgraph.ts';
import { Admission } from './admission.ts';
import { AdmissionResolver } from './admission.resolver.ts';
import { usersTables } from './migrations/0001-users.ts';
import { admissionTables } from './migrations/0002-admission.ts';
import { notificationGroups } from './migrations/0003-notification-groups.ts';
import { answerEnded, documentFailed, documentReady, signInsSlowed, tokenReused } from './notice.ts';
import { Notification } from './notification.entity.ts';
import { NotificationResolver } from './notification.resolver.ts';
import { NotificationService } from './notification.service.ts';
import { Passwords } from './password.ts';
import { RefreshToken, Session } from './session.entity.ts';
import { SessionResolver } from './session.resolver.ts';
import { SessionService } from './session.service.ts';
import { SignInGuard } from './sign-in-guard.ts';
import { User } from './user.entity.ts';
import { UserResolver } from './user.resolver.ts';
import { UserService } from './user.service.ts';

export const users: Subgraph<'users'> = {
  name: 'users',
  entities: [User, Session, RefreshToken, Notification],
  migrations: [usersTables, admissionTables, notificationGroups],
  create({ bus, queue, tokens, values }) {
    const sessions = new SessionService(bus, queue);
    const admission = new Admission(values.signUp, queue);
    const guard = new SignInGuard(values.freeSignIns);
    const people = new UserService({ admission, guard, passwords: new Passwords(), queue, sessions });
    const inbox = new NotificationService(bus, queue);
    return {
      resolvers: new Map<Function, object>([
        [UserResolver, new UserResolver()],
        [SessionResolver, new SessionResolver({ sessions, tokens, users: people })],
        [AdmissionResolver, new AdmissionResolver(admission)],
        [NotificationResolver, new NotificationResolver(inbox)],
      ]),
      references: {
        User: ({ id }: { id: string }, context: Context) => people.visible(context, viewerOf(context), id),
        Notification: ({ id }: { id: string }, context: Context) => inbox.own(context, viewerOf(context), id),
      },
      on: {
        'document.ready': (event, { em }) => inbox.deliver(em, event, event.payload.ownerId, documentReady(event.payload)),
        'document.failed': (event, { em }) => inbox.deliver(em, event, event.payload.ownerId, documentFailed(event.payload)),
        'session.reuseDetected': (event, { em }) => inbox.deliver(em, event, event.payload.userId, tokenReused()),
        'user.signInsSlowed': (event, { em }) => inbox.deliver(em, event, event.payload.userId, signInsSlowed(event.payload)),
        'run.finished': async (event, { em }) => {
          const notice = answerEnded(event.payload);
          if (notice) await inbox.deliver(em, event, event.payload.ownerId, notice);
        },
      },
    };
  },
};
