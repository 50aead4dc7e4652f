import { fetchQuery } from '#lib/graph/client.ts';
import { graphql } from '#lib/graph/gql.ts';
import { signInPath } from './session.ts';

const SignUpPolicyQuery = graphql(`
  query SignUpPolicy {
    signUpPolicy {
      hasAccounts
    }
  }
`);

/** Where somebody without a session goes: the first visitor has no account to sign in to and makes one. */
export async function authPath(from: { pathname: string; search: string }): Promise<string> {
  const signIn = signInPath(from);
  try {
    const { signUpPolicy } = await fetchQuery(SignUpPolicyQuery, {});
    return signUpPolicy.hasAccounts ? signIn : signIn.replace('/sign-in', '/sign-up');
  } catch {
    // The form says what is wrong when it is sent.
    return signIn;
  }
}
