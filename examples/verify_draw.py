"""Recomputes a prize draw from its archive: python3 verify_draw.py ARCHIVE [HEAD]; exit 0 verified, 1 not, 2 unreadable.

It was written from docs/draws.md, with Python's own library. It does not judge the law or a beacon's signature.
"""
import hashlib, hmac, json, sys
from collections import Counter
from datetime import datetime

def sha(before, text):
    return hashlib.sha256(bytes.fromhex(before) + text.encode()).hexdigest()

def number(seed, campaign, chance, entropy, total, counter=0):
    text = f"promenade-draw-v1\n{campaign}\n{chance}\n{entropy}\n{counter}"
    digest = hmac.new(seed, text.encode(), hashlib.sha256).digest()
    words = [int.from_bytes(digest[at:at + 8], "big") for at in (0, 8, 16, 24)]
    fair = [word % total for word in words if word < 2**64 - 2**64 % total]
    return fair[0] if fair else number(seed, campaign, chance, entropy, total, counter + 1)

def available(prize, at_ms):
    if "release" not in prize:
        return prize.get("stock", 2**64)
    start, end = (int(datetime.fromisoformat(prize["release"][key]).timestamp()) * 1000 for key in ("from", "until"))
    return prize["stock"] * max(0, min(at_ms, end) - start) // (end - start)

def due(table, r, given, at_ms):
    for prize in table["prizes"]:
        part = prize["odds"] if table["mode"] == "odds" else prize["stock"] - given[prize["prize_id"]]
        if r < part:
            while table["mode"] == "odds" and given[prize["prize_id"]] >= available(prize, at_ms):
                prize = next(other for other in table["prizes"] if other["prize_id"] == prize["fallback"])
            return prize["prize_id"]
        r -= part

def line(prize):
    def percent(parts): return f"{parts // 10000}.{parts % 10000:04}"
    def moment(at): return f"{at[:10]} {at[11:19]}（UTC{at[19:]}）"
    kind = {"coupon": "优惠券", "goods": "实物", "points": "积分", "nothing": "未中奖"}[prize["kind"]]
    text = f"{prize['name']}（{prize['prize_id']}）：{kind}"
    text += f"，价值{prize['value'] // 100}.{prize['value'] % 100:02}元" if prize["kind"] != "nothing" else ""
    text += f"，概率{percent(prize['odds'])}%" if "odds" in prize else ""
    text += f"，{prize['stock']}份" if "stock" in prize else "，不限量"
    if "release" in prize:
        text += f"，自{moment(prize['release']['from'])}至{moment(prize['release']['until'])}匀速放出"
    return text + (f"，发完改发{prize['fallback']}" if "fallback" in prize else "")

def check(archive, head=None):
    seed, given, chances, notice = archive["seed"], Counter(), set(), 0
    last = sha("", f"promenade-chain-v1\n{archive['campaign']}\n{archive['commit']}\n{archive['notices'][0]['hash']}")
    if sha(seed, "") != archive["commit"]:
        yield "the seed is not the one whose hash was published"
    for link in archive["notices"]:
        prizes = "\n".join(f"{at}. {line(prize)}" for at, prize in enumerate(link["notice"]["table"]["prizes"], 1))
        if sha("", link["text"]) != link["hash"] or f"\n{prizes}\n领奖：" not in link["text"]:
            yield f"the notice behind play {link['after']} is not that of its hash, or not that of its table"
    for n, play in enumerate(archive["plays"], 1):
        while notice + 1 < len(archive["notices"]) and archive["notices"][notice + 1]["after"] < n:
            notice, last = notice + 1, sha(last, f"\nnotice\n{archive['notices'][notice + 1]['hash']}")
        table, of = archive["notices"][notice]["notice"]["table"], (archive["campaign"], play["chance"], play["entropy"])
        tickets = sum(prize.get("stock", 0) for prize in table["prizes"]) - n + 1
        total = 1_000_000 if table["mode"] == "odds" else max(1, tickets)
        last = sha(last, "".join(f"\n{play[key]}" for key in ("n", "chance", "entropy", "r", "prize_id")))
        for is_wrong, what in ((play["n"] != n, "it stands out of its order"), (play["hash"] != last, "the chain breaks"),
                               (play["chance"] in chances, "its chance was drawn before"),
                               (play["r"] != number(bytes.fromhex(seed), *of, total), "another number is drawn"),
                               (play["prize_id"] != due(table, play["r"], given, play["at_ms"]), "another prize is due")):
            if is_wrong:
                yield f"play {n}: {what}"
        last, given[play["prize_id"]] = play["hash"], given[play["prize_id"]] + 1
        chances.add(play["chance"])
    for link in archive["notices"][notice + 1:]:
        last = sha(last, f"\nnotice\n{link['hash']}")
    if archive["head"] != last or head not in (None, last):
        yield "the head is another"

if __name__ == "__main__":
    try:
        archive = json.load(open(sys.argv[1], encoding="utf-8"))
        found = list(check(archive, *sys.argv[2:3]))
    except (IndexError, KeyError, OSError, StopIteration, TypeError, ValueError) as error:
        sys.exit(print(f"it cannot be read: {error!r}", file=sys.stderr) or 2)
    print("\n".join(found or [f"verified: {len(archive['plays'])} plays"]))
    sys.exit(1 if found else 0)
