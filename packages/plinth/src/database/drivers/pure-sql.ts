import { remember } from '../../collections/bounded-map.ts'
import { tokensOf, type Token } from '../../sql/tokens.ts'

/** Words after which a bracket begins no function call. */
const keywords =
  'all and any array as between by case cast distinct else except exists filter from group having ilike in intersect is join lateral like limit not offset on or over partition row select similar some then to union using values when where with within'

/** Types with a length or a precision. */
const types =
  'bit bpchar char character decimal interval numeric time timestamp timestamptz timetz varbit varchar varying'

/** Functions of Postgres that read nothing but their arguments and the tables, and change nothing. */
const functions = [
  // Aggregates and window functions.
  'count sum avg min max bool_and bool_or every array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg',
  'row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value percentile_cont percentile_disc mode stddev variance',
  // Values.
  'coalesce nullif greatest least abs ceil ceiling floor round trunc sign sqrt power mod exp ln log div current_setting',
  'lower upper initcap trim btrim ltrim rtrim length char_length octet_length substring substr left right position strpos replace translate concat concat_ws split_part reverse starts_with lpad rpad format quote_ident quote_literal md5 sha256 encode decode to_hex ascii chr regexp_replace regexp_match',
  'now date_trunc date_part extract age to_char to_date to_timestamp to_number make_date make_interval make_timestamptz timezone date_bin',
  'array_length cardinality array_position array_to_string string_to_array unnest array_append array_remove',
  // JSON.
  'to_json to_jsonb row_to_json json_build_object json_build_array jsonb_build_object jsonb_build_array json_array_length jsonb_array_length json_array_elements jsonb_array_elements jsonb_array_elements_text jsonb_extract_path jsonb_extract_path_text jsonb_typeof jsonb_set jsonb_strip_nulls',
  // Full-text search.
  'to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd ts_headline setweight',
].join(' ')

const mayPrecedeBracket = new Set(`${keywords} ${types} ${functions}`.split(' '))

/** Words that change rows or lock them, or that begin another statement. `for` is in every locking clause. */
const refused = new Set(
  'insert update delete merge truncate into for call do copy execute set lock'.split(' '),
)

// A longer text costs more to read than it saves.
const longest = 20_000
const mostTexts = 1000
const known = new Map<string, { readonly isPure: boolean; isUsed: boolean }>()

/**
 * Decides whether a `select` changes nothing and locks no rows, so that it may run twice, or beside others.
 *
 * It must call no function outside the list above: any other may write, lock, or wait.
 */
export function isPureSelect(text: string): boolean {
  const found = known.get(text)
  if (found !== undefined) {
    found.isUsed = true
    return found.isPure
  }
  const isPure = text.length <= longest && readsOnly(tokensOf(text))
  remember(known, { key: text, value: { isPure, isUsed: false }, most: mostTexts })
  return isPure
}

const readsOnly = (tokens: readonly Token[]): boolean =>
  isWord(tokens[0], 'select', 'with') &&
  tokens.every((token, at) => !isRefused(token) && !calls(tokens, at))

const isWord = (token: Token | undefined, ...words: readonly string[]): boolean =>
  token?.kind === 'word' && words.includes(token.text)

const isRefused = ({ kind, text }: Token): boolean =>
  kind === 'word' ? refused.has(text) : kind === 'symbol' && text === ';'

/** True if a function that is not in the list is called at this token. */
function calls(tokens: readonly Token[], at: number): boolean {
  if (tokens[at + 1]?.text !== '(' || tokens[at + 1]?.kind !== 'symbol') return false
  const { kind, text } = tokens[at]!
  // A function of a schema of its own may have any name: `audit.lower(…)`.
  const isQualified = isSymbol(tokens[at - 1], '.')
  if (kind === 'word') return isQualified || !mayPrecedeBracket.has(text)
  // A name in quotes may be a function too, unless columns follow it: `with "a"("b") as (…)`, `from (…) "a"("b")`.
  return kind === 'name' && (isQualified || !isWord(tokens[at - 1], 'with'))
}

const isSymbol = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'symbol' && token.text === text
