import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { static as files, type NextFunction, type Request, type Response } from 'express';
import { answerRead } from './audit-forge/http/other-method.js';
import { ENGAGEMENT_ID } from './audit-forge/names.js';

/** Where `npm run build` puts the front end. */
const BUILT = fileURLToPath(new URL('frontend/', import.meta.url));
const PAGE = 'index.html';
const YEAR_SECONDS = 365 * 24 * 3600;

/**
 * Serves the front end: one page at `/` and `/engagement/{id}`, which finds its way by its address, and the files
 * that it asks for. Every other address is left to those after it. Without a built front end there is none.
 */
export function servePages(app: NestExpressApplication, folder = BUILT): void {
  if (!existsSync(join(folder, PAGE))) return;
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (!isPage(request.path)) next();
    else answerRead(request, response, () => response.sendFile(PAGE, { root: folder, cacheControl: false }));
  });
  app.use(files(folder, { index: false, redirect: false, cacheControl: false, setHeaders: keep }));
}

function isPage(path: string): boolean {
  const [, id] = /^\/engagement\/([^/]+)$/.exec(path) ?? [];
  return path === '/' || (id !== undefined && ENGAGEMENT_ID.test(id));
}

/** Files under assets/ are named after their content, so that they never change. */
function keep(response: Response, path: string): void {
  if (dirname(path).endsWith('assets'))
    response.setHeader('Cache-Control', `public, max-age=${YEAR_SECONDS}, immutable`);
  else if (!path.endsWith(PAGE)) response.setHeader('Cache-Control', 'public, max-age=3600');
}
