//! The demo shop's SMS: it buys a pack, switches notices on, and says on the terminal how the pack goes down. They are let
//! out by the engine and sent by the service's own sender, as those of any shop.

use domain::{
    Instant, OrderId, PurchaseId, ShopId,
    message::{
        Kind,
        settings::{Chosen, Switch},
        wallet::Wallet,
    },
};
use engine::{Command, Engine, Input, MessageCommand};
use std::collections::VecDeque;
use std::path::Path;

/// Segments of a pack. At the demo's pace they last for some minutes.
const PACK: u64 = 500;
/// Who does all this, in the settings' log.
const BY: &str = "demo";
/// Minutes of the shop between two lines about the pack.
const PAUSE: i64 = 10;
/// Minutes from payment to the parcel.
const PARCEL: i64 = 2;

/// Free, reserved and sent.
type Counts = (u64, u64, u64);

/// The shop's pack as it was said last, and parcels that are to leave.
pub struct Post {
    said: Counts,
    said_at: Instant,
    parcels: VecDeque<(Instant, OrderId)>,
}

fn counts(wallet: &Wallet, now: Instant) -> Counts {
    (wallet.free(now), wallet.reserved, wallet.sent)
}

/// What the terminal shows of a pack.
pub fn told((free, reserved, sent): Counts) -> String {
    format!("free {free}, reserved {reserved}, sent {sent} / 可用 {free}，预占 {reserved}，已发 {sent}")
}

/// Where messages go, for people.
pub fn place(file: Option<&Path>) -> String {
    match file.map(std::path::absolute) {
        Some(Ok(file)) => format!("{} (a line of JSON each / 每条一行 JSON)", file.display()),
        Some(Err(_)) | None => "as the settings say / 按配置发送".to_owned(),
    }
}

impl Post {
    /// Switches notices on and buys a pack; of a shop that has done so before neither again.
    pub async fn open(engine: &Engine, shop: &ShopId) -> anyhow::Result<Self> {
        let sms = Switch { sms: true, wechat: false };
        let of_sprint = [Kind::SprintReminder, Kind::SprintReceipt, Kind::SprintPrize];
        let kinds = [Kind::PaymentReminder, Kind::Shipped].into_iter().chain(of_sprint);
        let switches = kinds.map(|kind| (kind, sms)).collect();
        let chosen = Chosen { switches, alert_below: PACK / 10, ..Chosen::default() };
        if engine.reader().centre(shop)?.is_none() {
            let chosen = Box::new(chosen);
            told_to(engine, shop, MessageCommand::PutSettings { chosen, from: None, by: BY.into() }).await?;
        }
        if engine.reader().wallet(shop)?.bought == 0 {
            buy(engine, shop, 0).await?;
        }
        let now = engine.now();
        let said = counts(&engine.reader().wallet(shop)?, now);
        say("SMS pack / 短信包", said);
        Ok(Self { said, said_at: now, parcels: VecDeque::new() })
    }

    /// What was paid is on its way soon.
    pub fn packs(&mut self, order: &OrderId, now: Instant) {
        self.parcels.push_back((now.plus_minutes(PARCEL), order.clone()));
    }

    /// Orders whose parcels leave now.
    pub fn leaving(&mut self, now: Instant) -> Vec<OrderId> {
        let waiting = self.parcels.iter().position(|(at, _)| *at > now).unwrap_or(self.parcels.len());
        self.parcels.drain(..waiting).map(|(_, order)| order).collect()
    }

    /// Says how the pack has gone down, at once for the first time and then now and then; buys another when it is empty.
    pub async fn look(&mut self, engine: &Engine, shop: &ShopId) -> anyhow::Result<()> {
        let (now, wallet) = (engine.now(), engine.reader().wallet(shop)?);
        let found = counts(&wallet, now);
        let (_, _, sent) = self.said;
        if found.2 > sent && (sent == 0 || now >= self.said_at.plus_minutes(PAUSE)) {
            say("SMS pack / 短信包", found);
            (self.said, self.said_at) = (found, now);
        }
        if found.0 == 0 {
            buy(engine, shop, wallet.bought).await?;
            let found = counts(&engine.reader().wallet(shop)?, now);
            say("SMS pack bought / 已充值", found);
            (self.said, self.said_at) = (found, now);
        }
        Ok(())
    }
}

fn say(what: &str, counts: Counts) {
    if let Err(error) = crate::say(&format!("{what}: {}\n", told(counts))) {
        tracing::debug!(error = format!("{error:#}"), "nobody can be told of the pack");
    }
}

/// A pack, named by what was bought before it.
async fn buy(engine: &Engine, shop: &ShopId, before: u64) -> anyhow::Result<()> {
    let purchase_id = PurchaseId::try_new(&format!("demo-{before}"))?;
    let pack = MessageCommand::BuyPack { purchase_id, segments: PACK, expires_at: None, by: BY.into() };
    told_to(engine, shop, pack).await
}

async fn told_to(engine: &Engine, shop: &ShopId, command: MessageCommand) -> anyhow::Result<()> {
    engine.submit(Input::new(shop.clone(), Command::Messages(command))).await?;
    Ok(())
}
