import { fetchQuery, mutate } from '#lib/graph/client.ts';
import { connection } from '#lib/graph/connection.svelte.ts';
import { follow } from '#lib/graph/follow.ts';
import { graphql, type ResultOf } from '#lib/graph/gql.ts';
import { Pages } from '#lib/graph/pages.svelte.ts';

const NotificationsQuery = graphql(`
  query Notifications($first: Int!, $after: String, $unreadOnly: Boolean) {
    notifications(first: $first, after: $after, unreadOnly: $unreadOnly) {
      edges {
        node {
          id
          kind
          title
          body
          link
          createdAt
          readAt
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount
      unreadCount
    }
  }
`);

const NotificationReceivedSubscription = graphql(`
  subscription NotificationReceived {
    notificationReceived {
      id
      kind
      title
      body
      link
      createdAt
      readAt
    }
  }
`);

const MarkNotificationsReadMutation = graphql(`
  mutation MarkNotificationsRead($input: MarkNotificationsReadInput!) {
    markNotificationsRead(input: $input) {
      count
      unreadCount
    }
  }
`);

export type Notification = ResultOf<typeof NotificationReceivedSubscription>['notificationReceived'];

/** Holds the notifications, shared by the bell and the page; live while either is mounted. */
class Inbox {
  unreadCount = $state(0);
  readonly pages = new Pages<Notification>(async (first, after) => {
    const { notifications } = await fetchQuery(NotificationsQuery, { first, after, unreadOnly: false });
    this.unreadCount = notifications.unreadCount;
    return notifications;
  });
  #watchers = 0;
  #stop = () => {};

  /** Use as the body of an effect. */
  watch = (): (() => void) => {
    if (this.#watchers++ === 0) this.#start();
    return () => {
      if (--this.#watchers === 0) this.#stop();
    };
  };

  markRead = async (notification: Notification): Promise<void> => {
    if (notification.readAt) return;
    this.#read((one) => one.id === notification.id);
    await this.#mark([notification.id]);
  };

  /** Marks notifications about the visible page as read. */
  visit = async (): Promise<void> => {
    const ids = this.pages.items.filter((one) => !one.readAt && isInSight(one)).map(({ id }) => id);
    if (ids.length === 0) return;
    this.#read((one) => ids.includes(one.id));
    await this.#mark(ids);
  };

  markAllRead = async (): Promise<void> => {
    this.#read(() => true);
    await this.#mark();
  };

  #start(): void {
    void this.pages.load().then(this.visit);
    document.addEventListener('visibilitychange', this.visit);
    const unfollow = follow(
      NotificationReceivedSubscription,
      {},
      { next: ({ notificationReceived }) => this.#receive(notificationReceived) },
    );
    const unreturn = connection.onReturn(() => void this.pages.reload());
    this.#stop = () => {
      unfollow();
      unreturn();
      document.removeEventListener('visibilitychange', this.visit);
    };
  }

  #receive(notification: Notification): void {
    const known = this.pages.items.some(({ id }) => id === notification.id);
    this.pages.put(notification);
    if (notification.readAt) return;
    if (isInSight(notification)) return void this.visit();
    if (!known) this.unreadCount += 1;
  }

  #read(which: (notification: Notification) => boolean): void {
    const readAt = new Date().toISOString();
    for (const { id } of this.pages.items.filter((one) => !one.readAt && which(one))) this.pages.change(id, (one) => ({ ...one, readAt }));
  }

  async #mark(ids?: string[]): Promise<void> {
    try {
      const { markNotificationsRead } = await mutate(MarkNotificationsReadMutation, { input: ids ? { ids } : {} });
      this.unreadCount = markNotificationsRead.unreadCount;
    } catch {
      // Reloads the list, which discards the optimistic change.
      await this.pages.reload();
    }
  }
}

/**
 * Returns true if the visible page is the target of the notification: a conversation, or the knowledge base of a document.
 */
function isInSight({ link }: Notification): boolean {
  if (!link || document.visibilityState !== 'visible') return false;
  const { pathname } = new URL(link, location.origin);
  return location.pathname === pathname || location.pathname.startsWith(`${pathname}/`);
}

export const inbox = new Inbox();
