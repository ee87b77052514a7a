import type { Random } from './random.js';

type Write = (random: Random) => string;

const ACCOUNTS = [
  '1200 Trade receivables',
  '1410 Finished goods',
  '1650 Right-of-use assets',
  '2100 Trade payables',
  '2350 Accrued bonuses',
  '4000 Product revenue',
  '4100 Service revenue',
  '6300 Professional fees',
] as const;

const PARTIES = [
  'Nordhafen Logistik GmbH',
  'Müller & Söhne KG',
  'Arclight Components Ltd',
  'Société Beauvais S.A.',
  'Pinecrest Foods Inc.',
  'Kobayashi Precision K.K.',
] as const;

const DOCUMENTS = [
  'general ledger extract',
  'bank confirmation',
  'lease schedule',
  'sub-ledger ageing report',
  'delivery note',
  'signed sales contract',
] as const;

const account: Write = (random) => random.pick(ACCOUNTS);
const party: Write = (random) => random.pick(PARTIES);
const document: Write = (random) => `${random.pick(DOCUMENTS)} DOC-${random.int(1000, 9999)}`;
const day: Write = (random) => `2025-${two(random.int(1, 12))}-${two(random.int(1, 28))}`;
const amount: Write = (random) =>
  `${random.pick(['€', 'EUR ', 'USD ', '£'])}${random.int(1, 940)},${three(random.int(0, 999))}.${two(random.int(0, 99))}`;

const ASKED: readonly Write[] = [
  (r) => `Compare the balance of account ${account(r)} with ${document(r)} and name every difference.`,
  (r) => `Is the invoice of ${party(r)} over ${amount(r)} recorded in the period of its delivery?`,
  (r) => `List the journal entries on ${account(r)} above ${amount(r)} posted after ${day(r)}.`,
  (r) => `The client states: "${party(r)} settled ${amount(r)} on ${day(r)}." Find evidence for or against.`,
  (r) => `Use only ${document(r)}; if it does not answer the question, say so and stop.`,
  (r) => `Which clause of ${document(r)} sets the payment term with ${party(r)}? Quote it.`,
];

const ANSWERED: readonly Write[] = [
  (r) => `The closing balance of ${account(r)} is ${amount(r)}, which agrees with ${document(r)}.`,
  (r) => `A difference of ${amount(r)} remains; ${document(r)} is dated ${day(r)}, after the cut-off.`,
  (r) => `${party(r)} confirmed ${amount(r)} on ${day(r)} without exception.`,
  (r) => `Evidence is insufficient: ${document(r)} names no counterparty for ${amount(r)}.`,
  (r) =>
    `Three entries on ${account(r)} were posted by the same user within ${r.int(2, 58)} minutes on ${day(r)}.`,
  (r) => `Clause ${r.int(2, 19)}.${r.int(1, 9)} reads: "payable within ${r.int(1, 9)}0 days of receipt".`,
];

/** What a model was asked, at least `length` characters long. */
export function promptExcerpt(random: Random, length: number): string {
  return passage(random, ASKED, length);
}

/** What it answered. */
export function answerExcerpt(random: Random, length: number): string {
  return passage(random, ANSWERED, length);
}

function passage(random: Random, sentences: readonly Write[], length: number): string {
  let text = random.pick(sentences)(random);
  while (text.length < length) text += (random.percent(20) ? '\n' : ' ') + random.pick(sentences)(random);
  return text;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function three(number: number): string {
  return String(number).padStart(3, '0');
}
