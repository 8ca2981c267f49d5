/** Texts that are known to break software. */
export const hostileTexts: Readonly<Record<string, string>> = {
  NUL: 'a\0b',
  'half of a surrogate pair': '\ud800',
  emoji: '👩‍👩‍👧‍👦🏳️‍🌈',
  'a very long text': 'x'.repeat(4000),
  __proto__: '__proto__',
  'a prototype': 'constructor',
  SQL: "'; drop table tasks; --",
  'a pattern': '%_\\',
  'a line break': 'a\r\nset-cookie: a=b',
  'a mark': '\u202e\ufeff\u0301',
  HTML: '<script>alert(1)</script>',
  'a path': '../../../etc/passwd',
  'a template': '${7*7}{{7*7}}',
  'not a number': 'NaN',
  infinity: '1e1000',
  'a long number': '9'.repeat(40),
}
