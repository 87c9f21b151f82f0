"""Recomputes a prize draw from its archive: python3 verify_draw.py ARCHIVE [--head HASH] [--seen HASH]...

ARCHIVE may be - for the standard input. Exit codes: 0 verified, 1 something is wrong, 2 it cannot be read. It was written
from docs/draws.md, with Python's own library, and finds what `promenade verify-draw` finds, but for two things: whether a
notice and its changes keep the law, and whether a beacon's signature is genuine.
"""
import argparse, hashlib, hmac, json, re, sys, unicodedata
from collections import Counter
from datetime import datetime

LISTED_ABOVE = 50_000  # fen
BEACON = {"name": "drand quicknet", "public_key": (
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a")}

# The document: what each field is. A `?` behind a name: it may be left out.
TEXT, HEX = str, re.compile("[0-9a-fA-F]{64}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
STATE = {"played", "drawn", "lapsed", "void"}
REASON = {"awaiting_transaction_id", "awaiting_beacon", "sold_out", "lapsed", "not_played"}
PRIZE = {"prize_id": TEXT, "name": TEXT, "kind": {"coupon", "goods", "points", "none"}, "value?": int, "stock?": int,
         "odds?": int, "fallback?": TEXT, "release?": {"from": MOMENT, "until": MOMENT}}
NOTICE = {"title": TEXT, "organiser": TEXT, "contact": TEXT, "opens_at": MOMENT, "closes_at": MOMENT, "conditions": TEXT,
          "entropy": {"required", "optional"}, "beacon_round?": int, "claim_days": int, "claim_how": TEXT, "lapse": TEXT,
          "table": {"mode": {"odds", "urn"}, "prizes": [PRIZE]}}
ARCHIVE = {
    "format": {"promenade-draw-archive-v1"}, "campaign": TEXT, "commit": HEX, "seed?": TEXT, "head": HEX,
    "beacon?": {"name": TEXT, "public_key": TEXT, "round": int, "signature": TEXT, "randomness": HEX},
    "notices": [{"after": int, "notice": NOTICE, "wording": {"v1"}, "text": TEXT, "hash": HEX, "head": HEX}],
    "plays": [{"n": int, "at_ms": int, "paid_ms": int, "chance": TEXT, "entropy": TEXT, "r": int, "prize_id": TEXT,
               "hash": HEX, "state?": STATE}],
    "rests?": [{"from_ms": int, "until_ms?": int}], "closed_ms?": int,
    "undrawn?": [{"chance": TEXT, "paid_ms": int, "reason": REASON}],
    "winners": [{"n": int, "chance": TEXT, "prize_id": TEXT, "value": int, "state?": STATE}]}
SIGNED = {"at_ms", "paid_ms", "from_ms", "until_ms", "closed_ms", "value"}


def read(text):
    """The archive, where it is one."""
    def once(pairs):
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a field stands there twice")
        return dict(pairs)
    return shaped(json.loads(text, object_pairs_hook=once), ARCHIVE, "archive")


def shaped(value, shape, at):
    if isinstance(shape, dict) and isinstance(value, dict):
        names = {name.rstrip("?"): name for name in shape}
        if strangers := set(value) - set(names):
            raise ValueError(f"{at}: {sorted(strangers)} is not known")
        # What may be left out may be null as well.
        value = {name: what for name, what in value.items() if what is not None or names[name] == name}
        missing = [name for name in shape if name.rstrip("?") not in value and not name.endswith("?")]
        if missing:
            raise ValueError(f"{at}: {missing} is missing")
        return {name: shaped(what, shape[names[name]], f"{at}.{name}") for name, what in value.items()}
    if isinstance(shape, list) and isinstance(value, list):
        return [shaped(what, shape[0], f"{at}[{index}]") for index, what in enumerate(value)]
    fits = (type(value) is int and (value >= 0 or at.rsplit(".")[-1] in SIGNED) if shape is int
            else isinstance(value, str) and (shape is TEXT or isinstance(shape, set) and value in shape
                                             or isinstance(shape, re.Pattern) and shape.fullmatch(value)))
    if not fits:
        raise ValueError(f"{at}: {value!r} does not fit")
    return value.lower() if shape is HEX else value


def sha(before, text):
    return hashlib.sha256(bytes.fromhex(before) + text.encode()).hexdigest()


def millis(moment):
    return int(datetime.fromisoformat(moment).timestamp()) * 1000


def number(seed, campaign, chance, entropy, total, counter=0):
    text = f"promenade-draw-v1\n{campaign}\n{chance}\n{entropy}\n{counter}"
    digest = hmac.new(seed, text.encode(), hashlib.sha256).digest()
    words = [int.from_bytes(digest[at:at + 8], "big") for at in (0, 8, 16, 24)]
    fair = [word % total for word in words if word < 2**64 - 2**64 % total]
    return fair[0] if fair else number(seed, campaign, chance, entropy, total, counter + 1)


def available(prize, at_ms):
    if "release" not in prize or "stock" not in prize:
        return prize.get("stock", 2**64)
    start, end = (millis(prize["release"][key]) for key in ("from", "until"))
    return prize["stock"] if at_ms >= end else prize["stock"] * max(0, at_ms - start) // max(1, end - start)


def due(table, r, given, at_ms):
    """The prize of a number; None where there is none."""
    by_id, urn = {prize["prize_id"]: prize for prize in table["prizes"]}, table["mode"] == "urn"
    for prize in table["prizes"]:
        part = prize.get("stock", 0) - given[prize["prize_id"]] if urn else prize.get("odds", 0)
        if r < part:
            for _ in table["prizes"]:
                if urn or prize is None or given[prize["prize_id"]] < available(prize, at_ms):
                    break
                prize = by_id.get(prize.get("fallback"))
            return prize and prize["prize_id"]
        r -= max(0, part)


def notice_text(notice):
    """The text of a notice, in its first wording."""
    def moment(at): return f"{at[:10]} {at[11:19]}（UTC{at[19:]}）"
    def line(prize):
        kind = {"coupon": "优惠券", "goods": "实物", "points": "积分", "none": "未中奖"}[prize["kind"]]
        value, odds, text = prize.get("value", 0), prize.get("odds"), f"{prize['name']}（{prize['prize_id']}）：{kind}"
        text += f"，价值{value // 100}.{value % 100:02}元" if prize["kind"] != "none" else ""
        text += f"，概率{odds // 10000}.{odds % 10000:04}%" if odds is not None else ""
        text += f"，{prize['stock']}份" if "stock" in prize else "，不限量"
        if "release" in prize:
            text += f"，自{moment(prize['release']['from'])}至{moment(prize['release']['until'])}匀速放出"
        return text + (f"，发完改发{prize['fallback']}" if "fallback" in prize else "")
    prizes = notice["table"]["prizes"]
    way = ("每次抽奖按下列概率独立抽取；奖品发完或尚未放出时，改发其后列明的奖品" if notice["table"]["mode"] == "odds" else
           f"从共{sum(prize.get('stock', 0) for prize in prizes)}张签中逐张抽取，抽出的签不再放回，每种奖品的签数即其份数")
    source = "订单的支付交易号" + ("（没有时为空）" if notice["entropy"] == "optional" else "")
    if "beacon_round" in notice:
        source += f"、drand quicknet公开信标第{notice['beacon_round']}轮的随机数"
    return "\n".join([
        "抽奖活动公示", f"活动名称：{notice['title']}", f"主办方：{notice['organiser']}", f"联系方式：{notice['contact']}",
        f"活动时间：{moment(notice['opens_at'])}起，至{moment(notice['closes_at'])}止（不含）", f"参与条件：{notice['conditions']}",
        f"抽奖方式：{way}", f"随机数来源：开始前已公布摘要的种子、抽奖机会的编号、{source}，结束后公布种子供任何人验算",
        f"奖品：共{len(prizes)}种，抽取时按以下顺序排列", *(f"{at}. {line(prize)}" for at, prize in enumerate(prizes, 1)),
        f"领奖：自抽中之日起{notice['claim_days']}天内，{notice['claim_how']}", f"逾期未领：{notice['lapse']}", ""])


def is_line(text):
    return 1 <= len(text.encode()) <= 500 and not any(unicodedata.category(sign) == "Cc" for sign in text)


def is_chance(text):
    """An order whose last `#` are doubled, and perhaps `#` and the number of an extra chance."""
    signs, digits = re.search("(#*)([0-9]*)$", text).groups()
    if len(signs) % 2 == 0:
        return text != ""
    own = text[:len(text) - len(digits) - 1]
    is_number = re.fullmatch("[1-9][0-9]*", digits) and int(digits) < 2**32
    return bool(own and is_number and len(re.search("(#*)[0-9]*$", own)[1]) % 2 == 0)


def of_seed(archive):
    """The seed as bytes; None where it is not the one that was promised."""
    try:
        seed = bytes.fromhex(archive.get("seed", ""))
    except ValueError:
        return None
    return seed if hashlib.sha256(seed).hexdigest() == archive["commit"] and len(seed) == 32 else None


def of_beacon(archive):
    """The round's randomness and what is wrong with it; its signature is not looked at."""
    named, beacon = archive["notices"][0]["notice"].get("beacon_round"), archive.get("beacon")
    if beacon is None:
        return None, ["the beacon's round is missing"] if named is not None and archive["plays"] else []
    told = all(beacon[key] == BEACON[key] for key in BEACON) and beacon["round"] == named
    hashes = re.fullmatch("[0-9a-fA-F]{96}", beacon["signature"]) and sha(beacon["signature"], "") == beacon["randomness"]
    return (beacon["randomness"], []) if told and hashes else (None, ["the beacon's round is not the one that was named"])


def of_notices(archive):
    after, last = 0, len(archive["plays"])
    if archive["notices"][0]["after"] != 0:
        yield "the notice before the start is missing"
    for link in archive["notices"]:
        notice, at = link["notice"], f"the notice behind play {link['after']}"
        if sha("", link["text"]) != link["hash"]:
            yield f"{at} is not that of its hash"
        if notice_text(notice) != link["text"]:
            yield f"{at} tells other terms than those of the archive"
        if not after <= link["after"] <= last:
            yield f"{at} stands in the wrong place"
        after, named = link["after"], notice.get("beacon_round")
        if named is not None and not millis(notice["opens_at"]) <= round_ms(named) < millis(notice["closes_at"]):
            yield f"{at} names a round of the beacon before the start or after the end"


def round_ms(named):
    return (1_692_803_367 + (named - 1) * 3) * 1000


def of_play(play, notice, seed, campaign, given, randomness):
    """What is wrong with a play by itself."""
    table, at_ms = notice["table"], play["at_ms"]
    total = 1_000_000 if table["mode"] == "odds" else sum(p.get("stock", 0) for p in table["prizes"]) - play["n"] + 1
    if not is_line(play["chance"]) or not is_line(play["prize_id"]) or play["entropy"] and not is_line(play["entropy"]):
        yield "a text of it does not stand on a line"
    elif not is_chance(play["chance"]):
        yield "no chance is called so"
    if not millis(notice["opens_at"]) <= at_ms < millis(notice["closes_at"]):
        yield "it was drawn before the start or after the end"
    if play["paid_ms"] > at_ms:
        yield "it was drawn before its payment"
    transaction, named = play["entropy"], notice.get("beacon_round")
    if named is not None:
        if at_ms < round_ms(named):
            yield "it was drawn before the beacon's round"
        if randomness is not None and not transaction.endswith(f" {randomness}"):
            yield "the beacon's randomness is missing"
        transaction = transaction.removesuffix(f" {randomness}")
    if not transaction and notice["entropy"] == "required":
        yield "the payment's transaction id is missing"
    if seed and total > 0 and play["r"] != number(seed, campaign, play["chance"], play["entropy"], total):
        yield "another number is drawn"
    if play["prize_id"] != due(table, play["r"], given, at_ms):
        yield "another prize is due"
    if table["mode"] == "odds" and play.get("state") in ("drawn", "lapsed"):
        yield "a draw by odds knows no such state"


def of_lists(archive, notice_of):
    chances = {play["chance"] for play in archive["plays"]}
    last, plays = archive["notices"][-1]["notice"], len(archive["plays"])
    tickets = sum(prize.get("stock", 0) for prize in last["table"]["prizes"])
    may_be = {"awaiting_transaction_id": last["entropy"] == "required",
              "awaiting_beacon": "beacon_round" in last and "beacon" not in archive,
              "sold_out": last["table"]["mode"] == "urn" and plays >= tickets}
    for waiting in archive.get("undrawn", []):
        chance = waiting["chance"]
        if not is_line(chance) or not is_chance(chance):
            yield f"{chance}: no chance is called so"
        if chance in chances:
            yield f"{chance}: it is told as undrawn and was drawn, or is told twice"
        if not may_be.get(waiting["reason"], True):
            yield f"{chance}: {waiting['reason']} cannot be"
        chances.add(chance)
    winners = []
    for play in archive["plays"]:
        prizes = notice_of(play["n"])["table"]["prizes"]
        value = next((prize.get("value", 0) for prize in prizes if prize["prize_id"] == play["prize_id"]), 0)
        if value > LISTED_ABOVE:
            winners.append({"n": play["n"], "chance": play["chance"], "prize_id": play["prize_id"], "value": value,
                            "state": play.get("state", "played")})
    if [{"state": "played"} | winner for winner in archive["winners"]] != winners:
        yield "the list of winners is not what the plays say"


def check(archive, head=None, seen=()):
    """What is wrong with an archive, in sentences."""
    if not archive["notices"]:
        yield "the notice before the start is missing"
        return
    seed, given, chances, at, heads = of_seed(archive), Counter(), set(), 0, set()
    if seed is None:
        yield "the seed is not revealed, or is not the one whose hash was published"
    randomness, wrong = of_beacon(archive)
    yield from [*wrong, *of_notices(archive)]
    notices = archive["notices"]

    def follow(last, link):
        heads.add(link["head"])
        return [] if link["head"] == last else [f"the chain breaks at the notice behind play {link['after']}"]

    def notice_of(n):
        return next((link for link in reversed(notices) if link["after"] < n), notices[0])["notice"]

    last = sha("", f"promenade-chain-v1\n{archive['campaign']}\n{archive['commit']}\n{notices[0]['hash']}")
    yield from follow(last, notices[0])
    for n, play in enumerate(archive["plays"], 1):
        while at + 1 < len(notices) and notices[at + 1]["after"] < n:
            at, last = at + 1, sha(last, f"\nnotice\n{notices[at + 1]['hash']}")
            yield from follow(last, notices[at])
        last = sha(last, "".join(f"\n{play[key]}" for key in ("n", "chance", "entropy", "r", "prize_id")))
        wrong = list(of_play(play, notices[at]["notice"], seed, archive["campaign"], given, randomness))
        wrong += ["it stands out of its order"] if play["n"] != n else []
        wrong += ["the chain breaks"] if play["hash"] != last else []
        wrong += ["its chance was drawn before"] if play["chance"] in chances else []
        yield from (f"play {play['n']}: {what}" for what in wrong)
        last, given[play["prize_id"]] = play["hash"], given[play["prize_id"]] + 1
        chances.add(play["chance"])
        heads.add(last)
    for link in notices[at + 1:]:
        last = sha(last, f"\nnotice\n{link['hash']}")
        yield from follow(last, link)
    yield from of_lists(archive, notice_of)
    if archive["head"] != last:
        yield "the archive's head is not that of its last play"
    if head is not None and head.lower() != last:
        yield "the head that you know is not the last one"
    yield from (f"{other} does not stand in the chain" for other in seen if other.lower() not in heads)


def verdict(text, head=None, seen=()):
    """The exit code and what is said."""
    try:
        archive = read(text)
        found = list(check(archive, head, seen))
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        return 2, [f"it cannot be read: {error}"]
    note = ["note: no head was given; dropped last plays cannot be seen from the archive alone"] if head is None else []
    return (1, found + note) if found else (0, note + [f"verified: {len(archive['plays'])} plays"])


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("archive")
    asked.add_argument("--head", help="the last head, as the public page shows it")
    asked.add_argument("--seen", action="append", default=[], help="a head that somebody noted while the draw ran")
    asked = asked.parse_args()
    try:
        text = sys.stdin.read() if asked.archive == "-" else open(asked.archive, encoding="utf-8").read()
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(print(f"it cannot be read: {error}", file=sys.stderr) or 2)
    code, said = verdict(text, asked.head, asked.seen)
    print("\n".join(said), file=sys.stderr if code == 2 else sys.stdout)
    sys.exit(code)
