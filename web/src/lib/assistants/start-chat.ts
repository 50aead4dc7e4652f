import { goto } from '$app/navigation';
import { mutate } from '#lib/graph/client.ts';
import { GraphFailure } from '#lib/graph/failure.ts';
import { toast } from '#lib/ui/toasts.svelte.ts';
import { StartConversation } from './operations.ts';

export async function startChat(assistantId: string): Promise<void> {
  try {
    const { startConversation } = await mutate(StartConversation, { input: { assistantId } });
    await goto(`/c/${startConversation.conversation.id}`);
  } catch (error) {
    if (!(error instanceof GraphFailure)) throw error;
    toast(`No chat was started: ${error.message}`, {
      tone: 'danger',
      action: { label: 'Try again', run: () => void startChat(assistantId) },
    });
  }
}
