const ROMAN: [value: number, letters: string][] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];
const LATIN = 'abcdefghijklmnopqrstuvwxyz';
const RUSSIAN = 'абвгдежзиклмнопрстуфхцчшщыэюя';
const HAN_DIGITS = '〇一二三四五六七八九';
const HAN_UNITS = ['', '十', '百', '千'];
/** The maximum repetitions of a letter after the end of the alphabet. */
const MAX_REPEATS = 30;

/** Formats a number as Word does (ECMA-376, ST_NumberFormat); unsupported formats fall back to digits. */
export function formatNumber(value: number, format: string): string {
  switch (format) {
    case 'none':
    case 'bullet':
      return '';
    case 'decimalZero':
      return String(value).padStart(2, '0');
    case 'lowerLetter':
      return letter(value, LATIN);
    case 'upperLetter':
      return letter(value, LATIN).toUpperCase();
    case 'russianLower':
      return letter(value, RUSSIAN);
    case 'russianUpper':
      return letter(value, RUSSIAN).toUpperCase();
    case 'lowerRoman':
      return roman(value);
    case 'upperRoman':
      return roman(value).toUpperCase();
    case 'ordinal':
      return ordinal(value);
    case 'numberInDash':
      return `- ${value} -`;
    case 'decimalFullWidth':
    case 'decimalFullWidth2':
      return String(value).replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
    case 'decimalEnclosedCircle':
    case 'decimalEnclosedCircleChinese':
      return enclosed(value, 0x2460);
    case 'decimalEnclosedParen':
      return enclosed(value, 0x2474);
    case 'decimalEnclosedFullstop':
      return enclosed(value, 0x2488);
    case 'ideographDigital':
    case 'japaneseDigitalTenThousand':
      return String(value).replace(/\d/g, (digit) => HAN_DIGITS[Number(digit)]!);
    case 'chineseCounting':
    case 'chineseCountingThousand':
    case 'taiwaneseCounting':
    case 'taiwaneseCountingThousand':
    case 'japaneseCounting':
      return han(value);
    default:
      return String(value);
  }
}

/** Counts `a` to `z`, then `aa`, `bb` and so on, as Word does. */
function letter(value: number, alphabet: string): string {
  const repeats = Math.ceil(value / alphabet.length);
  return value < 1 || repeats > MAX_REPEATS ? String(value) : alphabet[(value - 1) % alphabet.length]!.repeat(repeats);
}

function roman(value: number): string {
  if (value < 1 || value > 3999) return String(value);
  let rest = value;
  return ROMAN.map(([worth, letters]) => {
    const times = Math.floor(rest / worth);
    rest -= times * worth;
    return letters.repeat(times);
  }).join('');
}

function ordinal(value: number): string {
  const suffix = { one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' };
  return `${value}${suffix[new Intl.PluralRules('en', { type: 'ordinal' }).select(value)]}`;
}

function enclosed(value: number, first: number): string {
  return value >= 1 && value <= 20 ? String.fromCodePoint(first + value - 1) : String(value);
}

/** Formats numbers up to 9,999; ten to nineteen begin with the sign for ten. */
function han(value: number): string {
  if (value < 1 || value > 9_999) return value === 0 ? HAN_DIGITS[0]! : String(value);
  const digits = [...String(value)].map(Number);
  const signs = digits.map((digit, index) => (digit === 0 ? HAN_DIGITS[0]! : HAN_DIGITS[digit]! + HAN_UNITS[digits.length - 1 - index]!));
  return signs.join('').replace(/〇+/g, '〇').replace(/〇$/, '').replace(/^一十/, '十');
}
