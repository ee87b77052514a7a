import { isIP } from 'node:net';
import type { AdminToken } from '../audit-forge/audit-forge.options.js';

/** A value of the environment that is not right. The message says what would be. */
export class InvalidValue extends Error {}

export type Parser<T> = (value: string) => T;

export const text: Parser<string> = (value) => value;

export function integer(min: number, max: number): Parser<number> {
  return (value) => {
    const number = /^(0|[1-9]\d{0,8})$/.test(value) ? Number(value) : NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidValue(`must be a whole number from ${min} to ${max}`);
  };
}

export const boolean: Parser<boolean> = (value) => {
  if (value === 'true') return true;
  if (value === 'false') return false;
  throw new InvalidValue('must be true or false');
};

export const list: Parser<string[]> = (value) => value.split(',').map((entry) => entry.trim());

/** `token` or `label:token`, comma-separated. What stands before a colon and is no label belongs to the token. */
export const adminTokens: Parser<AdminToken[]> = (value) =>
  list(value).map((entry) => {
    const [, label = 'admin', token = ''] = /^(?:([a-z0-9._-]{1,32}):)?(.*)$/s.exec(entry) ?? [];
    return { label, token };
  });

export const origins: Parser<string[]> = (value) =>
  list(value).map((origin) => {
    if (!origin.includes('*') && URL.canParse(origin) && new URL(origin).origin === origin) return origin;
    throw new InvalidValue(
      'must be origins such as https://audit.example.com, comma-separated; * is not one',
    );
  });

/** Addresses of proxies that are believed. `*`, and a range of everything, would believe everybody. */
export const proxies: Parser<string[]> = (value) =>
  list(value).map((proxy) => {
    const [, address = '', bits] = /^([^/]+)(?:\/([1-9]\d{0,2}))?$/.exec(proxy) ?? [];
    const version = isIP(address);
    if (version !== 0 && Number(bits ?? 1) <= (version === 4 ? 32 : 128)) return proxy;
    throw new InvalidValue('must be addresses or ranges such as 10.0.0.0/8, comma-separated; * is not one');
  });

export const redisUrl: Parser<string> = (value) => {
  if (URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol)) return value;
  throw new InvalidValue('must be a redis:// or rediss:// address');
};
