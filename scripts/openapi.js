// Writes what is generated from the routes: docs/openapi.json, and the types of the front end's client.
// With --check it writes nothing, and fails where what is committed differs.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTypes, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import * as prettier from 'prettier';
import { serviceDocument } from '../dist/openapi.js';

const DOCUMENT = 'docs/openapi.json';
const TYPES = 'frontend/src/api/schema.d.ts';

const isCheck = process.argv.includes('--check');
const document = await serviceDocument();
const types = astToString(await openapiTypes(structuredClone(document)));
const files = {
  [DOCUMENT]: JSON.stringify(document),
  [TYPES]: COMMENT_HEADER + types,
};

for (const [file, text] of Object.entries(files)) {
  const options = await prettier.resolveConfig(file);
  const wanted = await prettier.format(text, { ...options, filepath: file });
  const found = await readFile(file, 'utf8').catch(() => '');
  if (found === wanted) continue;
  if (isCheck) {
    process.stderr.write(`${file} differs from the code: run npm run openapi.\n`);
    process.exitCode = 1;
  } else {
    await writeFile(file, wanted);
    process.stdout.write(`${file} written\n`);
  }
}
