import { stemOf } from '../words.ts';

/** The kind of answer that a question asks for; null if only its words matter. */
export type Intent = 'amount' | 'date' | 'summary' | null;

const SUMMARY =
  /\b(?:summar(?:y|i[sz]e[sd]?|ies)|overview|gist|tl;?dr)\b|\bwhat (?:is|are|was|were)\b.*\babout\b|\b(?:zusammenfass\w*|fass\w*\b.*\bzusammen|worum geht|résum\w*)/iu;
const AMOUNT =
  /\bhow much\b|\b(?:costs?|prices?|amounts?|totals?|charges?|charged|fees?|paid|spent|expensive)\b|\b(?:wie ?viel|kostet\w*|preis\w*|betrag|summe|combien)\b/iu;
const DATE = /\bwhen\b|\b(?:what|which) (?:date|day|time|year|month)\b|\bdates?\b|\bdeadline\b|\b(?:wann|datum|quand)\b/iu;

const MONEY =
  /(?:[$€£¥₹]|\b(?:usd|eur|gbp|chf|cad)\b)\s?-?\d|\d\s?(?:[$€£¥₹]|(?:usd|eur|gbp|chf|cad|euros?|dollars?)\b)|\b\d{1,3}(?:[.,]\d{3})+\b|\b\d+[.,]\d{2}\b(?!\s?%)/iu;
/** A plain number below a column of amounts. */
const PRICED_ROW = /\b(?:costs?|prices?|amount|total|fee|rate|charge)\b[^\n]*\n[^\n]*\| ?\d/iu;
const TOTAL = /\b(?:(?:grand|order|invoice) total|totals?|(?:amount|balance|total) (?:due|payable|paid)|gesamt\w*|summe)\b/iu;
const MONTH = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|januar|februar|märz|mai|juni|juli|oktober|dezember';
const DAY = new RegExp(
  String.raw`\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|\b\d{1,2}:\d{2}\b|\b(?:${MONTH})\p{L}*\.? \d{1,4}\b|\b\d{1,2}\.? (?:${MONTH})\p{L}*`,
  'iu',
);
const YEAR = /\b(?:1[5-9]|20)\d{2}\b/;

/** Words that only indicate the kind of answer, and do not make a sentence relevant. */
const KIND_WORDS: Record<NonNullable<Intent>, Set<string>> = {
  amount: stems('cost costs price prices amount total totals charge charged fee paid pay spent expensive kostet preis betrag summe'),
  date: stems('date dates day time year month wann datum quand'),
  summary: stems(
    'summary summarise summarize overview gist tldr content contents document documents file files short brief zusammenfassung',
  ),
};

function stems(words: string): Set<string> {
  return new Set(words.split(' ').map(stemOf));
}

export function intentOf(question: string): Intent {
  if (SUMMARY.test(question)) return 'summary';
  if (DATE.test(question)) return 'date';
  return AMOUNT.test(question) ? 'amount' : null;
}

/** Removes words that only indicate the kind of answer. */
export function subjectOf(topics: Iterable<string>, intent: Intent): Set<string> {
  return new Set(intent ? [...topics].filter((topic) => !KIND_WORDS[intent].has(topic)) : topics);
}

/** Returns true if the text contains the wanted kind: an amount of money, or a date. */
export function holdsAnswer(text: string, intent: Intent): boolean {
  return intent === 'amount' ? MONEY.test(text) || PRICED_ROW.test(text) : intent === 'date' ? DAY.test(text) || YEAR.test(text) : true;
}

/**
 * Returns true if the text is so explicit that it may answer without a word of the question, if its passage is on the
 * topic.
 */
export function isPlainAnswer(text: string, intent: Intent): boolean {
  return (
    (intent === 'amount' && MONEY.test(text) && TOTAL.test(text)) || (intent === 'date' && DAY.test(text) && /\bdate|datum/iu.test(text))
  );
}
