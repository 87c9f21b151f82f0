//! `SQLite`, same rows: what one claim of ours reads and writes, on a copy of our own store, by bare statements.
//!
//! One writer thread, one commit for all that wait, `synchronous=FULL`, and page cache and write-ahead log as our
//! store keeps them, so that the ratio is about rules and documents alone. Limits hold, and a test compares the rows
//! with those of our engine. Left out is what rules cost: documents are not parsed but searched and patched as text,
//! and nothing is explained.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, Result, ensure};
use domain::ids::sequential;
use rusqlite::{Connection, params};
use store_sqlite::{Checkpoints, Options};

use super::{
    claim::{IN_ALL, Moment, PER_DAY, Texts},
    sqlite_statements::{OrderRow, Statements},
};
use crate::{
    closed_loop::{Answer, ClaimRun, Plan},
    floors::sqlite,
    group_commit::{self, Answers, GroupWriter},
    ours::{self, CAMPAIGN, Ours, SHOP, Shown},
    ready::ReadyStore,
};

/// Claims in one commit at most, as in our writer: all that wait.
const GROUP: usize = 4_096;

/// Runs the plan on a copy of the store in `folder`.
pub fn run(ready: &ReadyStore, folder: &Path, plan: Plan) -> Result<ClaimRun> {
    ready.copy_to(folder)?;
    let writer = Writer::open(ready, folder)?;
    let (run, Writer { db, .. }) = group_commit::run(writer, ready.within(plan), GROUP, Answers::Together)?;
    let issued = sqlite::integer(&db, "SELECT issued FROM counters WHERE campaign_id = 'hot'")?;
    for table in ["coupons", "requests", "customers WHERE kind = 1", "timers WHERE kind = 1"] {
        let rows = sqlite::integer(&db, &format!("SELECT count(*) FROM {table}"))?;
        ensure!(
            rows == run.granted && issued == run.granted,
            "{} granted, {issued} issued, {rows} in {table}",
            run.granted
        );
    }
    Ok(run)
}

/// A customer's claims in the campaign, in all and today, and the rest of the row as it is.
struct Held {
    total: i32,
    today: i32,
    purchases: String,
}

struct Writer {
    checkpoints: Checkpoints,
    db: Connection,
    shown: Arc<Vec<Shown>>,
    coupons: u64,
    moment: Moment,
}

impl Writer {
    fn open(ready: &ReadyStore, folder: &Path) -> Result<Self> {
        let options = Options::default();
        let db = sqlite::open(folder, ours::STORE)?;
        db.execute_batch(&format!(
            "PRAGMA cache_size = -{}; PRAGMA wal_autocheckpoint = {}",
            u64::from(options.cache_mib) << 10,
            u64::from(options.checkpoint_pages) * 4
        ))?;
        db.set_prepared_statement_cache_capacity(32);
        let checkpoints = Checkpoints::start(&Ours::file(folder), &options)?;
        let shown = Arc::clone(&ready.shown);
        Ok(Self { checkpoints, db, shown, coupons: ready.coupons, moment: Moment::of_claims() })
    }
}

impl GroupWriter for Writer {
    fn commit(&mut self, users: &[u64]) -> Result<Vec<Answer>> {
        let statements = Statements::prepare(&self.db)?;
        self.db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut group = Group::begin(&self.db, statements, self.coupons, &self.moment)?;
        let mut answers = Vec::with_capacity(users.len());
        for user in users {
            let shown = &self.shown[usize::try_from(user - 1)?];
            answers.push(group.claim(shown, *user)?);
        }
        group.end(&self.db)?;
        self.db.prepare_cached("COMMIT")?.execute([])?;
        // An order, a coupon and a request each, as our store counts rows.
        self.checkpoints.committed(&self.db, users.len() * 3);
        Ok(answers)
    }
}

/// A group under way. The campaign's figures and the shop's running number are written once for all of it.
struct Group<'g> {
    statements: Statements<'g>,
    moment: &'g Moment,
    coupons: u64,
    issued_before: u64,
    issued: u64,
    number: u64,
}

impl<'g> Group<'g> {
    fn begin(db: &Connection, statements: Statements<'g>, coupons: u64, moment: &'g Moment) -> Result<Self> {
        let mut figures = db.prepare_cached(
            "SELECT c.issued, s.sequence FROM counters c JOIN shops s USING (shop_id)
            WHERE c.shop_id = ?1 AND c.campaign_id = ?2",
        )?;
        let (issued, number): (i64, i64) =
            figures.query_row([SHOP, CAMPAIGN], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (issued, number) = (u64::try_from(issued)?, u64::try_from(number)?);
        Ok(Self { statements, moment, coupons, issued_before: issued, issued, number })
    }

    fn claim(&mut self, shown: &Shown, user: u64) -> Result<Answer> {
        let (key, digest) = ours::claim_key(user);
        if let Some(known) = self.statements.request(&key)? {
            ensure!(known == digest, "{key} came with another request");
            return Ok(Answer::Repeated);
        }
        let order = self.statements.order(shown)?.context("there is no such order")?;
        let Held { total, today, purchases } = self.held(shown)?;
        if !order.shows(shown) || total >= IN_ALL || today >= PER_DAY {
            return Ok(Answer::AlreadyClaimed);
        }
        if self.issued >= self.coupons {
            return Ok(Answer::SoldOut);
        }
        let standing = format!(
            r#"{{"claims":{{"{CAMPAIGN}":{{"total":{},"day":{},"on_day":{}}}}},"purchases":{purchases}}}"#,
            total + 1,
            self.moment.day,
            today + 1
        );
        self.write(&order, shown, &standing, (&key, &digest))?;
        self.issued += 1;
        Ok(Answer::Granted)
    }

    /// What the customer's row says so far.
    fn held(&mut self, shown: &Shown) -> Result<Held> {
        let Some(standing) = self.statements.standing(shown)? else {
            return Ok(Held { total: 0, today: 0, purchases: "{}".to_owned() });
        };
        let standing: serde_json::Value = serde_json::from_str(&standing)?;
        let claims = &standing["claims"][CAMPAIGN];
        let is_today = claims["day"] == self.moment.day;
        let number = |name: &str| claims[name].as_i64().unwrap_or_default().try_into();
        let today = if is_today { number("on_day")? } else { 0 };
        Ok(Held { total: number("total")?, today, purchases: standing["purchases"].to_string() })
    }

    fn write(
        &mut self,
        order: &OrderRow,
        shown: &Shown,
        standing: &str,
        (key, digest): (&str, &[u8]),
    ) -> Result<()> {
        let at = self.moment;
        let moment = ours::shown_at();
        let coupon = sequential("cp", moment, self.number);
        let event = sequential("ev", moment, self.number + 1);
        self.number += 2;
        let texts = Texts::of(shown, &coupon, at);
        let customer = shown.customer.as_str();
        let run = &mut self.statements;
        let doc = order.claimed(&coupon).context("this is no order that shows a coupon")?;
        run.move_order.execute(params![order.id, doc, texts.line])?;
        run.put_coupon.execute(params![
            SHOP,
            coupon,
            CAMPAIGN,
            customer,
            shown.order.as_str(),
            at.now,
            at.until
        ])?;
        run.put_standing.execute(params![SHOP, customer, standing])?;
        run.put_name.execute(params![SHOP, customer, coupon])?;
        run.put_timer.execute(params![at.until, SHOP, coupon])?;
        run.put_request.execute(params![SHOP, key, digest, at.now, texts.reply])?;
        run.publish.execute(params![SHOP, event, coupon, at.now, texts.body])?;
        Ok(())
    }

    fn end(self, db: &Connection) -> Result<()> {
        if self.issued == self.issued_before {
            return Ok(());
        }
        let (issued, number) = (i64::try_from(self.issued)?, i64::try_from(self.number)?);
        let before = i64::try_from(self.issued_before)?;
        let mut count = db.prepare_cached(
            r#"UPDATE counters SET issued = ?3, doc = replace(
                doc, '"issued":' || ?4 || ',"available":' || ?4, '"issued":' || ?3 || ',"available":' || ?3)
            WHERE shop_id = ?1 AND campaign_id = ?2"#,
        )?;
        count.execute(params![SHOP, CAMPAIGN, issued, before])?;
        let mut sequence = db.prepare_cached("UPDATE shops SET sequence = ?2 WHERE shop_id = ?1")?;
        sequence.execute(params![SHOP, number])?;
        db.prepare_cached("UPDATE meta SET value = value + 1 WHERE key = 'commits'")?.execute([])?;
        Ok(())
    }
}
