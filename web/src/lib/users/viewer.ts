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

/** The signed-in user; always set inside `(app)`. */
export const [getViewer, setViewer] = createContext<Person>();
