// Recomputes one play of a prize draw in the reader's own browser, with Web Crypto and nothing else.
//
// It is the same arithmetic as the program's (docs/draws.md). Numbers that may pass 2^53 are BigInt.

const utf8 = (text) => new TextEncoder().encode(text);
const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const toHex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (bytes) => toHex(await crypto.subtle.digest("SHA-256", bytes));

/// What was published of the seed before the start.
export const commitOf = (seed) => sha256(fromHex(seed));

/// A number under the total: words that would favour the first results are skipped.
async function number(seed, campaign, { chance, entropy }, total) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", fromHex(seed), algorithm, false, ["sign"]);
  for (let counter = 0; ; counter += 1) {
    const message = ["promenade-draw-v1", campaign, chance, entropy, counter].join("\n");
    const digest = new DataView(await crypto.subtle.sign("HMAC", key, utf8(message)));
    for (let at = 0; at < 32; at += 8) {
      const word = digest.getBigUint64(at);
      if (word < 2n ** 64n - (2n ** 64n % total)) return word % total;
    }
  }
}

/// How many of a prize may have been given by that moment.
function available({ stock, release }, atMs) {
  if (stock === undefined) return Infinity;
  if (release === undefined) return stock;
  const [from, until] = [Date.parse(release.from), Date.parse(release.until)];
  const elapsed = Math.min(Math.max(atMs, from), until) - from;
  return Number((BigInt(stock) * BigInt(elapsed)) / BigInt(until - from));
}

/// What a play had to come to: the number, the prize on which it fell, and the prize that was due. `given` counts what
/// was given of each prize before it.
export async function recompute({ seed, campaign, table, given, play }) {
  const isUrn = table.mode === "urn";
  const count = ({ prize_id }) => given[prize_id] ?? 0;
  const part = (prize) => BigInt(isUrn ? prize.stock - count(prize) : prize.odds);
  const total = table.prizes.reduce((sum, prize) => sum + part(prize), 0n);
  if (total <= 0n) throw new RangeError("nothing is left to draw");
  const r = await number(seed, campaign, play, total);
  let left = r;
  const drawn = table.prizes.find((prize) => {
    if (left < part(prize)) return true;
    left -= part(prize);
    return false;
  });
  let prize = drawn;
  while (!isUrn && count(prize) >= available(prize, play.at_ms)) {
    const { fallback } = prize;
    prize = table.prizes.find(({ prize_id }) => prize_id === fallback);
  }
  return { r: Number(r), drawn: drawn.prize_id, prize_id: prize.prize_id };
}

/// The chain's head behind a play, from the head before it.
export function headAfter(head, { n, chance, entropy, r, prize_id }) {
  const link = utf8(["", n, chance, entropy, r, prize_id].join("\n"));
  return sha256(Uint8Array.from([...fromHex(head), ...link]));
}
