import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { S3Error } from './s3-error.js';

export type XmlContent =
  string | number | boolean | undefined | XmlContent[] | { [name: string]: XmlContent };

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  isArray: (name) => name === 'Part',
});

/** One S3 document. A list repeats its element; undefined leaves it out. */
export function toXml(root: string, content: XmlContent, namespace = NAMESPACE): string {
  const attribute = namespace ? ` xmlns="${namespace}"` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inner(content)}</${root}>`;
}

/**
 * The content of the one element `root`, with text as strings and every `Part` as a list.
 * @throws S3Error MalformedXML
 */
export function fromXml(text: string, root: string): Record<string, unknown> {
  if (XMLValidator.validate(text) !== true) throw new S3Error('MalformedXML');
  const document: Record<string, unknown> = parser.parse(text);
  const content = document[root];
  if (content === undefined) throw new S3Error('MalformedXML', `The root element must be ${root}.`);
  return typeof content === 'object' ? { ...content } : {};
}

function inner(content: XmlContent): string {
  if (typeof content !== 'object') return content === undefined ? '' : escape(String(content));
  return Object.entries(content)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [name, one] as const))
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<${name}>${inner(value)}</${name}>`)
    .join('');
}

/** Control characters and CR too: keys may hold them, and a parser would turn a bare CR into LF. */
function escape(text: string): string {
  return text.replace(/[&<>"\p{Cc}]/gu, (character) => `&#x${character.charCodeAt(0).toString(16)};`);
}
