/** What is to be said of each product that ended without being told to, until a test has said it. */
export const deaths: string[] = [];
