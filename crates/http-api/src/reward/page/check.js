// Says on the page of a draw whether the play that was asked for is what it had to be: recomputed here, in the reader's
// own browser, by Web Crypto and nothing else.

import { commitOf, headAfter, recompute } from "./recompute.js";

/// What holds of a play: that the seed is the one of before the start, the number, the prize, the link of the chain.
export async function check({ commit, head, ...asked }) {
  const { play } = asked;
  const due = await recompute(asked);
  return {
    seed: (await commitOf(asked.seed)) === commit,
    number: due.r === play.r,
    prize: due.prize_id === play.prize_id,
    chain: (await headAfter(head, play)) === play.hash,
  };
}

async function show(box) {
  const say = (what) => {
    for (const text of box.querySelectorAll("[data-says]")) text.hidden = text.dataset.says !== what;
  };
  // Without https a browser has no Web Crypto.
  if (!globalThis.crypto?.subtle) return say("unable");
  try {
    const found = await check(JSON.parse(box.dataset.asked));
    for (const part of box.querySelectorAll("[data-part]")) {
      const holds = found[part.dataset.part];
      part.classList.add(holds ? "y" : "n");
      if (!holds) part.textContent = part.dataset.differs;
      part.parentElement.hidden = false;
    }
    say(Object.values(found).every(Boolean) ? "same" : "differs");
  } catch {
    // No number, or no prize, can come of what was published.
    say("differs");
  }
}

const box = globalThis.document?.querySelector("[data-asked]");
if (box) await show(box);
