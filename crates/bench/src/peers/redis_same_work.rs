//! Redis, same work: a Lua script that does what one claim of ours does, and the disk confirms before the reply.
//!
//! Orders, coupons and buyers are hashes, so that a claim reads and writes the fields that it needs and no
//! document; the names of a buyer's coupons are a set, timers a sorted set, events a stream. All clients share
//! one pipelined connection, which is how Redis gets many claims into one sync. Its log is not rewritten during
//! a run, which is in its favour.

use std::{fmt::Write as _, path::Path, sync::Arc};

use anyhow::{Context as _, Result, bail, ensure};

use super::{
    claim::{self, IN_ALL, Moment, PER_DAY},
    orders::ShownOrder,
};
use crate::{
    closed_loop::{Answer, ClaimRun, Claimant, Plan, client_runtime, drive},
    floors::{
        redis_server::{RedisServer, find_program},
        resp::{Connection, Reply},
    },
    ours::{self, CAMPAIGN, Shown},
    ready::ReadyStore,
};

const SCRIPT: &str = include_str!("redis_same_work.lua");
const CAMPAIGN_KEY: &str = "{bench}:campaign:hot";
const EVENTS: &str = "{bench}:events";
const TIMERS: &str = "{bench}:timers";
/// Commands sent at once when the server is filled.
const FILL: usize = 10_000;

/// Runs the plan against a Redis of its own with its files in `folder`; an error where none is installed.
pub fn run(ready: &ReadyStore, folder: &Path, plan: Plan) -> Result<ClaimRun> {
    let Some(program) = find_program() else {
        bail!("redis-server is not installed");
    };
    let server = RedisServer::start(&program, folder)?;
    client_runtime()?.block_on(claim_all(&server, ready, plan))
}

async fn claim_all(server: &RedisServer, ready: &ReadyStore, plan: Plan) -> Result<ClaimRun> {
    let connection = server.connect().await?;
    fill(&connection, ready).await?;
    let Reply::Text(script) = connection.call(&["SCRIPT", "LOAD", SCRIPT]).await? else {
        bail!("Redis did not name the script");
    };
    let client = Client {
        connection: connection.clone(),
        script: script.into(),
        shown: Arc::clone(&ready.shown),
        moment: Arc::new(Words::of(&Moment::of_claims())),
    };
    let run = drive(&client, ready.within(plan)).await?;
    let granted = i64::try_from(run.granted)?;
    for count in [
        &["HGET", CAMPAIGN_KEY, "issued"] as &[&str],
        &["HGET", CAMPAIGN_KEY, "available"],
        &["XLEN", EVENTS],
        &["ZCARD", TIMERS],
    ] {
        let stored = connection.integer(count).await?;
        ensure!(stored == granted, "{granted} granted, but {} is {stored}", count.join(" "));
    }
    Ok(run)
}

/// Writes the orders that show a coupon, and their campaign, without waiting for the disk; it has it all in the end.
async fn fill(connection: &Connection, ready: &ReadyStore) -> Result<()> {
    connection.call(&["CONFIG", "SET", "appendfsync", "no"]).await?;
    connection.call(&["CONFIG", "SET", "auto-aof-rewrite-percentage", "0"]).await?;
    let quantity = ready.coupons.to_string();
    let ends_at = ours::ends_at().micros().to_string();
    let campaign = ["campaign_id", CAMPAIGN, "quantity", &quantity, "issued", "0", "available", "0"];
    let terms = ["ends_at", &ends_at, "spend", "100", "save", "50", "sequence", "0"];
    connection.call(&[&["HSET", CAMPAIGN_KEY] as &[&str], &campaign, &terms].concat()).await?;
    let mut commands = Vec::with_capacity(FILL);
    let db = ready.read()?;
    let mut statement = db.prepare(ShownOrder::QUERY)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let order = ShownOrder::read(row)?;
        commands.push(order_hash(&order));
        let timeline = order.timeline.lines().map(str::to_owned);
        let key = format!("{{bench}}:timeline:{}", order.order_id);
        commands.push(["RPUSH".to_owned(), key].into_iter().chain(timeline).collect());
        if commands.len() >= FILL {
            connection.call_all(&commands).await?;
            commands.clear();
        }
    }
    connection.call_all(&commands).await?;
    connection.call(&["CONFIG", "SET", "appendfsync", "always"]).await?;
    // The first write after it brings all of them to the disk.
    connection.call(&["SET", "{bench}:filled", "1"]).await?;
    Ok(())
}

fn order_hash(order: &ShownOrder) -> Vec<String> {
    let numbers = [order.cancel_at, order.placed_at, order.payable, order.wake_at].map(|n| n.to_string());
    let [cancel_at, placed_at, payable, wake_at] = &numbers;
    let key = format!("{{bench}}:order:{}", order.order_id);
    let words: [&str; 26] = [
        "HSET",
        &key,
        "customer_id",
        &order.customer_id,
        "state",
        &order.state,
        "cancel_at",
        cancel_at,
        "placed_at",
        placed_at,
        "payable",
        payable,
        "wake_at",
        wake_at,
        "offer_id",
        &order.offer_id,
        "offer_status",
        &order.offer_status,
        "campaign_id",
        &order.campaign_id,
        "version",
        "1",
        "doc",
        &order.doc,
        "coupon_id",
        "",
    ];
    words.map(str::to_owned).to_vec()
}

/// What is the same for every claim of a run, as words of a command.
struct Words {
    now: String,
    day: String,
    now_shown: String,
    until: String,
    until_shown: String,
    in_all: String,
    per_day: String,
}

impl Words {
    fn of(moment: &Moment) -> Self {
        Self {
            now: moment.now.to_string(),
            day: moment.day.to_string(),
            now_shown: moment.now_shown.clone(),
            until: moment.until.to_string(),
            until_shown: moment.until_shown.clone(),
            in_all: IN_ALL.to_string(),
            per_day: PER_DAY.to_string(),
        }
    }
}

#[derive(Clone)]
struct Client {
    connection: Connection,
    script: Arc<str>,
    shown: Arc<Vec<Shown>>,
    moment: Arc<Words>,
}

impl Claimant for Client {
    async fn claim(&mut self, user: u64) -> Result<Answer> {
        let shown = &self.shown[usize::try_from(user - 1)?];
        let (order, offer, customer) = (shown.order.as_str(), shown.offer.as_str(), shown.customer.as_str());
        let (key, digest) = ours::claim_key(user);
        let key = format!("{{bench}}:key:{key}");
        let order_key = format!("{{bench}}:order:{order}");
        let timeline = format!("{{bench}}:timeline:{order}");
        let buyer = format!("{{bench}}:buyer:{customer}:{CAMPAIGN}");
        let names = format!("{{bench}}:coupons:{customer}");
        let at = &*self.moment;
        let digest = hex(&digest);
        let keys = [&key, &order_key, &timeline, &buyer, &names, CAMPAIGN_KEY, EVENTS, TIMERS];
        let facts =
            [&digest, order, offer, customer, &at.now, &at.day, &at.now_shown, &at.until, &at.until_shown];
        let limits = [at.in_all.as_str(), &at.per_day];
        let words: [&[&str]; 4] = [&["EVALSHA", &self.script, "8"], &keys, &facts, &limits];
        let Reply::Text(text) = self.connection.call(&words.concat()).await? else {
            bail!("the script gave no text");
        };
        claim::answer(&text).with_context(|| format!("the script says {text}"))
    }
}

fn hex(digest: &[u8; 16]) -> String {
    digest.iter().fold(String::with_capacity(32), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
