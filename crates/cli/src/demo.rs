//! The demo: a shop through which orders keep flowing on a sandbox clock, a minute a second. Some
//! are paid, some forgotten; the forgotten ones are shown a coupon, and some of those are saved. Paid ones bring
//! coupons and scratch cards (`cards.rs`), and half of the buyers are in a member sprint (`sprint.rs`). Its buyers are told by SMS of
//! what they have not paid and of what is on its way, from a pack that goes down.

mod cards;
mod messages;
mod sprint;

use domain::{
    CampaignId, CustomerId, Instant, LineId, OrderId, PaymentId, ShopId, Sku, TransactionId,
    campaign::{Action, recovery::Claim},
    campaign::{CampaignRow, Terms, Version, recovery},
    catalog::{Category, Scope},
    coupon::Bind,
    event::{Body, OrderEvent, OrderNamed, PaymentSucceeded, Placed, PlacedLine},
    order::{Goods, Method, OfferStatus, OrderKind, Source, Stage},
    shop::{Shop, ShopKind},
};
use engine::{Command, Engine, Input, Reply};
use messages::Post;
use money::Money;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::sync::watch;

const SHOP: &str = "demo";
const TICK: Duration = Duration::from_secs(1);
/// Minutes that may go wrong one after the other.
const FAILURES: u32 = 60;
const GOODS: [(&str, &str, i64); 6] = [
    ("TEA-250", "tea", 12_800),
    ("CUP-01", "cups", 5_900),
    ("KETTLE-2", "kettles", 32_900),
    ("BOOK-7", "books", 4_500),
    ("SCARF-R", "scarves", 15_900),
    ("LAMP-S", "lamps", 26_800),
];

/// Says where to look; `messages` is the file that messages go to, where they go to one.
pub fn greet(address: SocketAddr, messages: Option<&Path>) {
    let place = messages::place(messages);
    let text = format!(
        "Promenade demo / 演示\n\
         \x20 API and documents / 接口文档   http://{address}/docs\n\
         \x20 Health and metrics / 监控      http://{address}/metrics\n\
         \x20 API key / 密钥                 sandbox\n\
         \x20 Demo shop / 演示店铺           {SHOP} (orders keep flowing, a minute a second)\n\
         \x20 Messages / 消息                {place}\n\
         \x20 Try / 试试                     curl -s -H 'Authorization: Bearer sandbox' http://{address}/v1/shops/{SHOP}/campaigns\n"
    );
    if let Err(error) = crate::say(&text) {
        tracing::warn!("{error:#}");
    }
}

/// Runs until the service stops. A minute may go wrong, above all when somebody moves the clock meanwhile;
/// when many do, one after the other, the demo ends, and it alone.
pub async fn run(engine: Engine, address: SocketAddr, mut stopped: watch::Receiver<bool>) {
    let work = async {
        let mut demo = Demo::open(engine).await?;
        demo.first_card(address).await?;
        let mut failed = 0;
        loop {
            tokio::time::sleep(TICK).await;
            match demo.minute().await {
                Ok(()) => failed = 0,
                Err(error) if failed < FAILURES => {
                    failed += 1;
                    tracing::info!(error = format!("{error:#}"), "a minute of the demo is left out");
                }
                Err(error) => return Err(error),
            }
        }
    };
    let outcome: anyhow::Result<()> = tokio::select! {
        outcome = work => outcome,
        _ = stopped.wait_for(|stop| *stop) => Ok(()),
    };
    if let Err(error) = outcome {
        tracing::error!(error = format!("{error:#}"), "the demo has stopped");
    }
}

fn is_recovery(row: &CampaignRow) -> bool {
    row.campaign.current().terms.of::<recovery::Terms>().is_some()
}

/// A buyer's order and what they mean to do.
struct Shopper {
    order_id: OrderId,
    customer_id: CustomerId,
    payable: Money,
    pays_at: Option<Instant>,
    /// Takes the coupon when it is shown.
    tempted: bool,
    forget_at: Instant,
}

struct Demo {
    engine: Engine,
    shop: ShopId,
    shoppers: VecDeque<Shopper>,
    post: Post,
    parcels: sprint::Parcels,
    dice: u64,
}

impl Demo {
    async fn open(engine: Engine) -> anyhow::Result<Self> {
        let shop = ShopId::try_new(SHOP)?;
        let dice = engine.now().micros().unsigned_abs() | 1;
        let settings = Shop {
            payment_timeout_minutes: 240,
            ..Shop::with_defaults(shop.clone(), "Demo 演示店", ShopKind::Sop)
        };
        engine.submit(Input::new(shop.clone(), Command::PutShop(Box::new(settings)))).await?;
        cards::apply(&engine, &shop).await?;
        let post = Post::open(&engine, &shop).await?;
        let demo =
            Self { engine, shop, shoppers: VecDeque::new(), post, parcels: sprint::Parcels::default(), dice };
        demo.ensure_campaigns().await?;
        Ok(demo)
    }

    async fn submit(&self, command: Command) -> anyhow::Result<Reply> {
        Ok(self.engine.submit(Input::new(self.shop.clone(), command)).await?)
    }

    /// An order that brings a card, so that there is one to look at from the beginning.
    async fn first_card(&mut self, address: SocketAddr) -> anyhow::Result<()> {
        let (sku, category, price) = GOODS[2];
        let mut shopper = self.place(sku, category, price, 1).await?;
        shopper.pays_at = Some(self.engine.now());
        self.visit(&shopper, self.engine.now()).await?;
        cards::tell(&self.engine, &self.shop, &shopper.order_id, address)?;
        sprint::tell(&self.engine, &self.shop, address)
    }

    /// A campaign of each kind that runs now; where there is none, one is made and the clock goes to its start.
    async fn ensure_campaigns(&self) -> anyhow::Result<()> {
        let now = self.engine.now();
        let rows = self.engine.reader().campaigns(&self.shop)?;
        let is_live =
            |row: &CampaignRow| now < row.campaign.current().ends_at && !row.campaign.is_closed(now);
        let lacks = |is_of: fn(&CampaignRow) -> bool| !rows.iter().any(|row| is_of(row) && is_live(row));
        let starts_at = domain::time::Zone::shanghai().ceil_to_hour(now.plus_hours(2));
        if lacks(sprint::is_of) {
            sprint::publish(&self.engine, &self.shop, starts_at).await?;
        }
        let (no_cards, no_recovery) = (lacks(cards::is_of), lacks(is_recovery));
        if no_cards {
            cards::publish(&self.engine, &self.shop, starts_at).await?;
        }
        if no_recovery {
            self.publish_recovery(now, starts_at).await?;
        }
        if no_cards || no_recovery {
            self.engine.advance(starts_at).await?;
        }
        Ok(())
    }

    async fn publish_recovery(&self, now: Instant, starts_at: Instant) -> anyhow::Result<()> {
        let terms = recovery::Terms {
            trigger_after_minutes: 15,
            spend: Money::from_minor(5_000),
            save: Money::from_minor(800),
            quantity: 100_000,
            coupon_valid_hours: 48,
            bind: Bind::OriginOrder,
            frequency_scope: recovery::FrequencyScope::Campaign,
            holdout_percent: 10,
            holdout_planned_orders: 5_000,
            holdout_precision_points: 10,
        };
        let version = Version {
            name: "Come back, tea is ready / 茶已备好".into(),
            starts_at,
            ends_at: starts_at.plus_hours(24 * 30),
            scope: Scope::default(),
            terms: Terms::Recovery(terms),
            made_at: now,
        };
        let campaign_id = Some(CampaignId::try_new(&format!("demo-{}", starts_at.micros() / 3_600_000_000))?);
        let (version, digest) = (Box::new(version), String::new());
        self.submit(Command::CreateCampaign { campaign_id, version, publish: true, digest }).await?;
        Ok(())
    }

    /// A number below `sides`, from a small generator: the demo needs variety, not chance.
    fn roll(&mut self, sides: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % sides
    }

    /// One minute of the shop's life.
    async fn minute(&mut self) -> anyhow::Result<()> {
        self.engine.advance(self.engine.now().plus_minutes(1)).await?;
        for _ in 0..=self.roll(3) {
            let (sku, category, price) = GOODS[usize::try_from(self.roll(6))?];
            let quantity = 1 + self.roll(3);
            let shopper = self.place(sku, category, price, quantity).await?;
            self.shoppers.push_back(shopper);
        }
        let now = self.engine.now();
        for _ in 0..self.shoppers.len() {
            let Some(shopper) = self.shoppers.pop_front() else {
                break;
            };
            if !self.visit(&shopper, now).await? && now < shopper.forget_at {
                self.shoppers.push_back(shopper);
            }
        }
        for order_id in self.post.leaving(now) {
            self.parcels.leaves(&order_id, now);
            self.event(format!("shipped-{order_id}"), Body::Shipped(OrderNamed { order_id })).await?;
        }
        for order_id in self.parcels.arriving(now) {
            self.event(format!("received-{order_id}"), Body::Received(OrderNamed { order_id })).await?;
        }
        self.post.look(&self.engine, &self.shop).await?;
        self.ensure_campaigns().await
    }

    async fn event(&self, event_id: String, body: Body) -> anyhow::Result<()> {
        let digest = port::digest(event_id.as_bytes());
        let event = OrderEvent { source: "demo".into(), event_id, occurred_at: self.engine.now(), body };
        self.submit(Command::Ingest { event: Box::new(event), digest }).await?;
        Ok(())
    }

    async fn place(
        &mut self,
        sku: &str,
        category: &str,
        price: i64,
        quantity: u64,
    ) -> anyhow::Result<Shopper> {
        let now = self.engine.now();
        let number = format!("d{}-{:06x}", now.micros() / 60_000_000, self.roll(1 << 24));
        let customer_id = CustomerId::try_new(&format!("buyer-{}", self.roll(500)))?;
        sprint::enroll(&self.engine, &self.shop, &customer_id).await?;
        let payable = Money::from_minor(price * i64::try_from(quantity)?);
        let category = Category::try_new(category).into_iter().collect();
        let line = PlacedLine {
            line_id: LineId::try_new("1")?,
            sku: Sku::try_new(sku)?,
            title: None,
            categories: category,
            quantity,
            unit_price: Money::from_minor(price),
            presale_campaign_id: None,
        };
        let order_id = OrderId::try_new(&number)?;
        let placed = Placed {
            order_id: order_id.clone(),
            customer_id: customer_id.clone(),
            source: Source::App,
            kind: OrderKind::Normal,
            goods: Goods::Physical,
            lines: vec![line],
            discounts: Vec::new(),
            freight: Money::ZERO,
            payable,
            cancel_at: None,
            checkout_id: None,
        };
        self.event(format!("placed-{number}"), Body::Placed(Box::new(placed))).await?;
        let pays_at = match self.roll(10) {
            0..=4 => Some(now.plus_minutes(1 + i64::try_from(self.roll(10))?)),
            5 => Some(now.plus_minutes(60)),
            _ => None,
        };
        let tempted = self.roll(10) < 5;
        Ok(Shopper { order_id, customer_id, payable, pays_at, tempted, forget_at: now.plus_minutes(240) })
    }

    /// `true` when the shopper is done with the order.
    async fn visit(&mut self, shopper: &Shopper, now: Instant) -> anyhow::Result<bool> {
        if shopper.pays_at.is_some_and(|at| at <= now) {
            self.pay(shopper, None, shopper.payable).await?;
            self.post.packs(&shopper.order_id, now);
            return Ok(true);
        }
        if !shopper.tempted {
            return Ok(false);
        }
        let Some(order) = self.engine.reader().order(&self.shop, &shopper.order_id)? else {
            return Ok(true);
        };
        let Some(offer) = order.recovery.offer.filter(|offer| offer.status == OfferStatus::Displayed) else {
            return Ok(false);
        };
        let (order_id, offer_id) = (shopper.order_id.clone(), offer.offer_id);
        let claim = Claim { order_id, offer_id, customer_id: shopper.customer_id.clone() };
        let claim = Command::Act(Action::Recovery(claim));
        // Limits and risk control have their say; then the shopper shrugs.
        if let Ok(Reply::Coupon { coupon }) = self.submit(claim).await {
            let amount = shopper.payable - coupon.save;
            self.pay(shopper, Some(coupon.coupon_id), amount).await?;
            self.post.packs(&shopper.order_id, now);
        }
        Ok(true)
    }

    async fn pay(
        &self,
        shopper: &Shopper,
        coupon_id: Option<domain::CouponId>,
        amount: Money,
    ) -> anyhow::Result<()> {
        let method = if coupon_id.is_some() { Method::Baitiao } else { Method::JdPay };
        let paid = PaymentSucceeded {
            order_id: shopper.order_id.clone(),
            payment_id: PaymentId::try_new(&format!("pay-{}", shopper.order_id))?,
            stage: Stage::Full,
            method,
            amount,
            coupon_id,
            checkout_id: None,
            transaction_id: Some(TransactionId::try_new(&format!("42000{}", shopper.order_id))?),
            discounts: Vec::new(),
        };
        self.event(format!("paid-{}", shopper.order_id), Body::PaymentSucceeded(paid)).await?;
        cards::scratch(&self.engine, &self.shop, &shopper.order_id, &shopper.customer_id).await
    }
}
