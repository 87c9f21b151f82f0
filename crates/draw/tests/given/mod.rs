//! Honest draws to try things on: one by odds whose notice changes while it runs, one from an urn, one with a beacon.

#![allow(dead_code, reason = "each test uses some of it")]

use draw::{
    Entropy, Notice, Seed, Standing,
    archive::{Archive, Format, Play, Round, State},
    beacon::QUICKNET,
    law::MAINLAND_CHINA,
};
use serde_json::{Value, json};

pub const CAMPAIGN: &str = "c-1";
/// 2026-12-01 00:00:00 in Shanghai.
pub const OPENS_MS: i64 = 1_796_054_400_000;
pub const HOUR_MS: i64 = 3_600_000;

/// A seed whose bytes count up from that number.
pub fn seed(from: u8) -> Seed {
    Seed::from_bytes(std::array::from_fn(|at| from.wrapping_add(u8::try_from(at).expect("32 bytes"))))
}

/// A complete notice with these prizes.
pub fn notice(mode: &str, prizes: Value) -> Value {
    json!({
        "title": "开业七天抽奖",
        "organiser": "老街茶铺",
        "contact": "400-123-4567",
        "opens_at": "2026-12-01T00:00:00+08:00",
        "closes_at": "2026-12-08T00:00:00+08:00",
        "conditions": "实付满100.00元的订单付清后得一次机会",
        "entropy": "required",
        "table": { "mode": mode, "prizes": prizes },
        "claim_days": 30,
        "claim_how": "在订单页填写收货地址，7天内寄出，运费由主办方承担；优惠券即时到账",
        "lapse": "视为放弃，不再补发"
    })
}

/// A phone, released over the week, that falls to a cup; a cup that falls to a coupon; a coupon without an end.
pub fn by_odds() -> Value {
    notice(
        "odds",
        json!([
            { "prize_id": "phone", "name": "手机", "kind": "goods", "value": 599_900, "stock": 4, "odds": 200_000,
              "fallback": "cup",
              "release": { "from": "2026-12-01T00:00:00+08:00", "until": "2026-12-08T00:00:00+08:00" } },
            { "prize_id": "cup", "name": "茶杯", "kind": "goods", "value": 3_000, "stock": 5, "odds": 200_000,
              "fallback": "coupon" },
            { "prize_id": "coupon", "name": "10元券", "kind": "coupon", "value": 1_000, "odds": 300_000 },
            { "prize_id": "none", "name": "谢谢参与", "kind": "none", "odds": 300_000 }
        ]),
    )
}

/// Ten tickets: one phone, three coupons, six of nothing.
pub fn in_an_urn() -> Value {
    notice(
        "urn",
        json!([
            { "prize_id": "A", "name": "手机", "kind": "goods", "value": 599_900, "stock": 1 },
            { "prize_id": "B", "name": "10元券", "kind": "coupon", "value": 1_000, "stock": 3 },
            { "prize_id": "none", "name": "谢谢参与", "kind": "none", "stock": 6 }
        ]),
    )
}

pub fn read(notice: Value) -> Notice {
    serde_json::from_value(notice).expect("a notice")
}

/// An archive of these plays.
pub struct Story {
    pub seed: Seed,
    pub standing: Standing,
    pub archive: Archive,
}

impl Story {
    pub fn open(seed: Seed, notice: Value) -> Self {
        let commit = seed.commit();
        let (standing, link) = Standing::open(CAMPAIGN, &commit, read(notice));
        let archive = Archive {
            format: Format::V1,
            campaign: CAMPAIGN.into(),
            commit,
            seed: Some(seed.reveal()),
            beacon: None,
            notices: vec![link],
            plays: Vec::new(),
            undrawn: Vec::new(),
            rests: Vec::new(),
            closed_ms: None,
            winners: Vec::new(),
            head: standing.head,
        };
        Self { seed, standing, archive }
    }

    pub fn draw(&mut self, chance: &str, entropy: &Entropy, at_ms: i64) -> &mut Play {
        let table = &self.archive.notices.last().expect("a notice").notice.table;
        let drawn = self.standing.draw(&self.seed, table, CAMPAIGN, chance, entropy, at_ms);
        // Its payment came at once: `Standing::draw` says so.
        self.archive.plays.push(drawn.expect("it is drawn"));
        self.archive.plays.last_mut().expect("it was pushed")
    }

    /// So many more plays, an hour apart, of orders `o-1` and so on with transactions `t-1` and so on.
    pub fn play(&mut self, count: u64) {
        for _ in 0..count {
            let n = self.standing.plays + 1;
            let entropy = Entropy::of_transaction(&format!("t-{n}")).expect("a line");
            let at_ms = OPENS_MS + i64::try_from(n).expect("few") * HOUR_MS;
            self.draw(&format!("o-{n}"), &entropy, at_ms);
        }
    }

    pub fn change(&mut self, notice: Value) {
        let link = self.standing.change(read(notice));
        self.archive.notices.push(link);
    }

    pub fn end(mut self) -> Archive {
        self.archive.head = self.standing.head;
        self.archive.winners = self.archive.listed(&MAINLAND_CHINA);
        self.archive
    }
}

/// Sixty plays by odds; behind the thirtieth there are twenty cups.
pub fn story_by_odds() -> Archive {
    let mut story = Story::open(seed(0), by_odds());
    story.play(30);
    let mut more = by_odds();
    more["table"]["prizes"][1]["stock"] = 20.into();
    story.change(more);
    story.play(30);
    story.end()
}

/// The urn is drawn empty; the second ticket's order was refunded before anybody looked.
pub fn story_in_an_urn() -> Archive {
    let mut story = Story::open(seed(0), in_an_urn());
    story.play(10);
    story.archive.plays[1].state = State::Lapsed;
    story.end()
}

/// The beacon's round that the published vectors name, of 2023-09-15.
pub const ROUND: u64 = 657_413;
pub const SIGNATURE: &str =
    "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b";

/// A notice that names the round; a chance may go without a transaction.
pub fn with_a_beacon() -> Value {
    let mut notice = by_odds();
    notice["opens_at"] = "2023-09-15T00:00:00+08:00".into();
    notice["closes_at"] = "2023-09-22T00:00:00+08:00".into();
    notice["table"]["prizes"][0]["release"] =
        json!({ "from": "2023-09-15T00:00:00+08:00", "until": "2023-09-22T00:00:00+08:00" });
    notice["beacon_round"] = ROUND.into();
    notice["entropy"] = "optional".into();
    notice
}

/// Ten plays behind that round; one has no transaction.
pub fn story_with_beacon() -> Archive {
    let mut story = Story::open(seed(7), with_a_beacon());
    let randomness = QUICKNET.randomness(ROUND, SIGNATURE).expect("genuine");
    let at_ms = QUICKNET.at_ms(ROUND).expect("a round");
    for n in 0..10 {
        let transaction = Entropy::of_transaction(&format!("t-{n}"));
        let paid = if n == 3 { Entropy::absent() } else { transaction.expect("a line") };
        story.draw(&format!("o-{n}"), &paid.with_beacon(&randomness), at_ms + n);
    }
    story.archive.beacon = Some(Round {
        name: QUICKNET.name.into(),
        public_key: QUICKNET.key_in_digits(),
        round: ROUND,
        signature: SIGNATURE.into(),
        randomness,
    });
    story.end()
}
