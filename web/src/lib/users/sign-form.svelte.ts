import { tick } from 'svelte';
import { GraphFailure } from '#lib/graph/failure.ts';

export type Values = Record<string, string>;
/** Validation errors by field; empty if the values are valid. */
export type Check = (values: Values) => Values;

/** State of a sign-in or sign-up form: values, errors, and whether it is being submitted. */
export class SignForm {
  values = $state<Values>({ name: '', email: '', password: '' });
  errors = $state<Values>({});
  /** Error that belongs to no single field. */
  trouble = $state('');
  busy = $state(false);
  #check: Check;
  #send: (values: Values) => Promise<unknown>;

  constructor(check: Check, send: (values: Values) => Promise<unknown>) {
    this.#check = check;
    this.#send = send;
  }

  /** Validates a field when it loses the focus, unless it is empty. */
  leave(field: string): void {
    if (!this.values[field]) return;
    const problem = this.#check(this.values)[field];
    this.errors = problem ? { ...this.errors, [field]: problem } : without(this.errors, field);
  }

  async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const form = event.currentTarget as HTMLFormElement;
    this.trouble = '';
    this.errors = this.#check(this.values);
    if (Object.keys(this.errors).length > 0) return focusFirstError(form);
    this.busy = true;
    try {
      await this.#send(this.values);
    } catch (error) {
      this.#explain(error);
      await focusFirstError(form);
    } finally {
      this.busy = false;
    }
  }

  #explain(error: unknown): void {
    if (!(error instanceof GraphFailure)) throw error;
    const field = error.code === 'EMAIL_TAKEN' ? 'email' : error.field;
    if (field && field in this.values) this.errors = { [field]: error.message };
    else this.trouble = error.message;
  }
}

export function checkSignIn({ email, password }: Values): Values {
  const errors: Values = {};
  if (!isEmail(email)) errors['email'] = 'Enter an e-mail address, such as ada@example.org.';
  if (!password) errors['password'] = 'Enter the password.';
  return errors;
}

export function checkSignUp({ name, email, password }: Values): Values {
  const errors: Values = {};
  if (!name?.trim()) errors['name'] = 'Enter your name.';
  if (!isEmail(email)) errors['email'] = 'Enter an e-mail address, such as ada@example.org.';
  if ((password ?? '').length < 8) errors['password'] = 'Use at least 8 characters.';
  return errors;
}

function isEmail(text = ''): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text.trim());
}

function without(values: Values, field: string): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name !== field));
}

async function focusFirstError(form: HTMLFormElement): Promise<void> {
  await tick();
  form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}
