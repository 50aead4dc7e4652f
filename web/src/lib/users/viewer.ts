import { createContext } from 'svelte';
import { graphql } from '#lib/graph/gql.ts';
import type { Person } from './session.ts';

export const ViewerQuery = graphql(`
  query Viewer {
    viewer {
      id
      email
      name
      role
    }
  }
`);

/** Whoever is signed in; everything inside `(app)` may rely on it. */
export const [getViewer, setViewer] = createContext<Person>();
