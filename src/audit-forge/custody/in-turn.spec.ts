import { expect, it } from '@jest/globals';
import { InTurn } from './in-turn.js';

it('does the work of one name one piece after another, and that of others beside it', async () => {
  const turns = new InTurn();
  const told: string[] = [];
  const gate = Promise.withResolvers<void>();
  const piece = (name: string, until?: Promise<void>) => async () => {
    told.push(`${name} begins`);
    await until;
    told.push(`${name} ends`);
    return name;
  };
  const first = turns.do('a', piece('a1', gate.promise));
  const second = turns.do('a', piece('a2'));
  expect(await turns.do('b', piece('b1'))).toBe('b1');
  expect(told).toEqual(['a1 begins', 'b1 begins', 'b1 ends']);
  gate.resolve();
  expect(await Promise.all([first, second])).toEqual(['a1', 'a2']);
  expect(told.slice(3)).toEqual(['a1 ends', 'a2 begins', 'a2 ends']);
});

it('goes on after work that has failed, which fails for who asked for it alone', async () => {
  const turns = new InTurn();
  const failing = turns.do('a', () => Promise.reject(new Error('no')));
  const next = turns.do('a', async () => 'yes');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
  expect(await turns.do('a', async () => 'later')).toBe('later');
});
