import type { SqlEntityManager } from '@mikro-orm/sql';
import { mapStream } from '../../infra/async/iterators.ts';
import type { Bus } from '../../infra/bus/bus.ts';
import { isId, newId } from '../../infra/id.ts';
import type { Queue } from '../../infra/queue/queue.ts';
import { Failure } from '../../schema/errors.ts';
import type { DomainEvent } from '../../schema/events.ts';
import type { Viewer } from '../../schema/viewer.ts';
import { listPage, NEWEST_FIRST, type Connection } from '../framework/connection.ts';
import { actorOf, viewerOf, type Context } from '../framework/context.ts';
import { liveMessages } from '../framework/live.ts';
import { Notification } from './notification.entity.ts';
import type { Notice, NoticeGroup } from './notice.ts';
import type { NotificationsArgs } from './notification.type.ts';

type Joined = { id: string } | 'known' | undefined;

/** A person's inbox. The rows are authoritative; the channel only announces a new one. */
export class NotificationService {
  readonly #bus: Bus;
  readonly #queue: Queue;

  constructor(bus: Bus, queue: Queue) {
    this.#bus = bus;
    this.#queue = queue;
  }

  /** Adds a notice to a person's inbox, once per event, merged into an unread one of its group. */
  async deliver(em: SqlEntityManager, event: DomainEvent, userId: string, notice: Notice): Promise<void> {
    const joined = notice.group && (await this.#join(em, event, userId, { ...notice, group: notice.group }));
    if (joined === 'known') return;
    if (joined) return this.#bus.publish('notification', userId, { notificationId: joined.id });
    const id = newId();
    const made = await em.execute<unknown[]>(
      `insert into users.notification (id, user_id, fact_id, kind, title, body, link, created_at, group_key, fact_ids)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, array[?]) on conflict (user_id, fact_id) do nothing returning id`,
      [id, userId, event.id, notice.kind, notice.title, notice.body, notice.link, new Date(event.at), notice.group?.key ?? null, event.id],
    );
    if (made.length > 0) await this.#bus.publish('notification', userId, { notificationId: id });
  }

  /** Merges an event into the unread notification of its group; undefined if there is none, `known` for a redelivered event. */
  async #join(em: SqlEntityManager, event: DomainEvent, userId: string, { group }: { group: NoticeGroup }): Promise<Joined> {
    // The second of two concurrent events waits here and finds the notification of the first.
    await em.execute('select pg_advisory_xact_lock(hashtext(?))', [`${userId}:${group.key}`]);
    const [known] = await em.execute<unknown[]>(
      'select 1 from users.notification where user_id = ? and group_key = ? and ? = any(fact_ids)',
      [userId, group.key, event.id],
    );
    if (known) return 'known';
    const [open] = await em.execute<{ id: string; count: number }[]>(
      `select id, cardinality(fact_ids) as count from users.notification
       where user_id = ? and group_key = ? and read_at is null order by id desc limit 1 for update`,
      [userId, group.key],
    );
    if (!open) return undefined;
    const { title, body } = group.say(Number(open.count) + 1);
    await em.execute(
      'update users.notification set fact_ids = array_append(fact_ids, ?), title = ?, body = ?, link = ?, created_at = ? where id = ?',
      [event.id, title, body, group.link, new Date(event.at), open.id],
    );
    return { id: open.id };
  }

  async list(context: Context, viewer: Viewer, args: NotificationsArgs): Promise<Connection<Notification> & { unreadCount: number }> {
    const where = { userId: viewer.userId, ...(args.unreadOnly ? { readAt: null } : {}) };
    const page = await listPage(context.em, Notification, where, NEWEST_FIRST, args);
    return { ...page, unreadCount: await unread(context.em, viewer.userId) };
  }

  async own(context: Context, { userId }: Viewer, id: string): Promise<Notification> {
    const found = isId(id) ? await context.em.findOne(Notification, { id, userId }) : null;
    if (!found) throw new Failure('NOT_FOUND', { kind: 'Notification' });
    return found;
  }

  /** Marks the viewer's notifications as read; ignores ids of others. */
  async markRead(context: Context, { userId }: Viewer, ids?: string[] | null): Promise<{ count: number; unreadCount: number }> {
    if (ids && ids.length > 1000) throw new Failure('BAD_USER_INPUT', { reason: 'At most 1000 notifications at once.', field: 'ids' });
    const which = ids ? { id: { $in: ids.filter(isId) } } : {};
    return context.em.transactional(async (em) => {
      const count = await em.nativeUpdate(Notification, { userId, readAt: null, ...which }, { readAt: new Date() });
      await this.#queue.emit(em, 'notification.read', { userId, count }, actorOf(context));
      return { count, unreadCount: await unread(em, userId) };
    });
  }
}

/** Iterates over new notifications of the viewer. */
export async function followInbox(context: Context): Promise<AsyncIterableIterator<Notification>> {
  const { userId } = viewerOf(context);
  const messages = await liveMessages(context.bus, 'notification', userId);
  return mapStream(messages, ({ notificationId }) => context.em.fork().findOne(Notification, { id: notificationId, userId }));
}

function unread(em: SqlEntityManager, userId: string): Promise<number> {
  return em.count(Notification, { userId, readAt: null });
}
