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

/** Returns the page for visitors without a session: sign-up for the first account, else sign-in. */
export async function authPath(from: { pathname: string; search: string }): Promise<string> {
  const signIn = signInPath(from);
  try {
    const { signUpPolicy } = await fetchQuery(SignUpPolicyQuery, {});
    return signUpPolicy.hasAccounts ? signIn : signIn.replace('/sign-in', '/sign-up');
  } catch {
    // The form shows the error when it is submitted.
    return signIn;
  }
}
