import { createRequire } from 'node:module';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { SessionCookie } from './audit-forge/auth/session-cookie.js';
import { answerRead } from './audit-forge/http/other-method.js';
import { openApiDocument } from './audit-forge/openapi/openapi-document.js';
import { VERSION } from './audit-forge/version.js';

const DOCUMENT = '/auditforge/openapi.json';
const PAGE = '/auditforge/docs';
const assets = createRequire(import.meta.url);

/** Everything is a file of this service, named from where the page is: it runs under the policy of all pages. */
const HTML = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>AuditForge audit-log export: the API</title>
    <link rel="icon" href="../favicon.svg" />
    <link rel="stylesheet" href="docs/swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

// Nobody else is asked whether the document is valid, as it would be by default.
const START = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
});
`;

type Send = (response: Response) => unknown;

/**
 * Serves the OpenAPI document of the routes, and a page that shows it and tries them. Both are without a token:
 * they say what is in the repository, and nothing of what is exported.
 */
export function serveDocs(app: NestExpressApplication): void {
  let document: string | undefined;
  const routes = new Map<string, Send>([
    [
      DOCUMENT,
      (response) => {
        document ??= JSON.stringify(
          openApiDocument(app, VERSION, app.get(SessionCookie, { strict: false }).name),
        );
        return response.type('json').send(document);
      },
    ],
    [PAGE, (response) => response.type('html').send(HTML)],
    [`${PAGE}/start.js`, (response) => response.type('js').send(START)],
    ...['swagger-ui.css', 'swagger-ui-bundle.js'].map((name): [string, Send] => [
      `${PAGE}/${name}`,
      (response) =>
        response.sendFile(assets.resolve(`swagger-ui-dist/${name}`), {
          dotfiles: 'allow',
          cacheControl: false,
        }),
    ]),
  ]);
  app.use((request: Request, response: Response, next: NextFunction) => {
    const send = routes.get(request.path);
    if (send === undefined) next();
    else answerRead(request, response, send);
  });
}
