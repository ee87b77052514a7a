export type Route =
  | { readonly page: 'start' }
  | { readonly page: 'engagement'; readonly id: string }
  | { readonly page: 'nothing' };

/** Which page a path is; the service answers index.html to the first two. */
export function routeOf(path: string): Route {
  if (path === '/') return { page: 'start' };
  const id = /^\/engagement\/([A-Za-z0-9][A-Za-z0-9_-]{0,127})$/.exec(path)?.[1];
  return id === undefined ? { page: 'nothing' } : { page: 'engagement', id };
}

export const START = '/';
export const engagementPath = (id: string) => `/engagement/${encodeURIComponent(id)}`;
