//! What can be asked of the engine, and what it answers.

use crate::message::MessageCommand;
use crate::settings::command::{ImportCommand, SprintCommand};
use domain::{
    BatchId, CampaignId, CheckoutId, Code, CouponId, CustomerId, GiftStrategyId, Instant, OrderId, PaymentId,
    PresaleStrategyId, RefundId, Refusal, Sku, Violation, WebhookId,
    campaign::{
        Action, Answer, Campaign, Counters, Version,
        sprint::{Invitation, Plan},
    },
    coupon::{Batch, Coupon, CouponStatus},
    customer::List,
    event::{OrderEvent, RefundLine},
    message::wallet::Wallet,
    order::{Method, PaymentStatus, Refund, RefundAsk, Transfer},
    pool::{
        Gap, GiftRecord, GiftStrategy, GiftUnit, PoolOrder, PresaleRecord, PresaleStrategy, Run, ShopOrder,
        Stock,
    },
    reward::Beta,
    risk::Verdict,
    shop::Shop,
};
use money::Money;
use port::{BatchRow, Digest, Import, Webhook, document::Document};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// A new secret for a webhook.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// Whose.
    pub webhook_id: WebhookId,
    /// The new one.
    pub secret: String,
    /// How long the one before it signs beside it.
    pub overlap_minutes: i64,
}

/// What to do.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are those of the API")]
pub enum Command {
    /// Creates or changes a shop.
    PutShop(Box<Shop>),
    /// Where a shop stands with a tool that is tried (A-S2-8).
    Try(Beta),
    /// Takes an event in; `digest` is of its contents (A-G-8).
    Ingest {
        event: Box<OrderEvent>,
        digest: Digest,
    },
    /// Creates a campaign; without an id the engine makes one.
    CreateCampaign {
        campaign_id: Option<CampaignId>,
        version: Box<Version>,
        publish: bool,
        digest: String,
    },
    /// Gives a campaign a new version.
    ReviseCampaign {
        campaign_id: CampaignId,
        version: Box<Version>,
    },
    PublishCampaign {
        campaign_id: CampaignId,
    },
    CloseCampaign {
        campaign_id: CampaignId,
        closing: Closing,
    },
    /// Puts SKUs into a campaign's list (S0-R13).
    ImportScope {
        campaign_id: CampaignId,
        skus: Vec<Sku>,
    },
    /// A customer or a merchant does something that a kind of campaign offers.
    Act(Action),
    /// The cashier starts a payment.
    StartPayment {
        order_id: OrderId,
        payment_id: PaymentId,
        method: Method,
        coupon_id: Option<CouponId>,
        /// The checkout that a balance is paid in.
        checkout_id: Option<CheckoutId>,
    },
    /// The merchant refunds.
    CreateRefund {
        order_id: OrderId,
        refund_id: RefundId,
        ask: RefundAsk,
    },
    /// The merchant refunds money of a payment, or by its way.
    RefundPayment {
        order_id: OrderId,
        refund_id: RefundId,
        payment_id: PaymentId,
        ask: RefundAsk,
    },
    /// What a refund would do, if the merchant asked for it: nothing is kept.
    RehearseRefund {
        order_id: OrderId,
        refund_id: RefundId,
        payment_id: Option<PaymentId>,
        ask: RefundAsk,
    },
    /// The merchant records what was paid back outside the system (S2-R02). When it is recorded is ours to say.
    RecordTransfer {
        order_id: OrderId,
        refund_id: RefundId,
        transfer: Transfer,
    },
    /// Somebody says what a refund is of that may be of either (A-G-15).
    AssignRefund {
        order_id: OrderId,
        refund_id: RefundId,
        of: Assigned,
    },
    /// An operator edits the block and allow list; `None` takes the customer off it.
    PutRisk {
        customer_id: CustomerId,
        list: Option<List>,
        reason: String,
        by: String,
    },
    /// Creates a coupon batch; without an id the engine makes one, and the batch's own is passed over.
    CreateBatch {
        batch_id: Option<BatchId>,
        batch: Box<Batch>,
        digest: String,
    },
    /// Takes a batch back: no more claims, and what is unused cannot be used.
    VoidBatch {
        batch_id: BatchId,
    },
    /// Gives a customer coupons of a batch.
    ClaimBatch {
        batch_id: BatchId,
        customer_id: CustomerId,
        count: u32,
    },
    /// Makes unused coupons void, each as far as it can be.
    VoidCoupons {
        coupon_ids: Vec<CouponId>,
    },
    /// An order that is checked out elsewhere takes hold of a coupon, for so many minutes.
    LockCoupon {
        coupon_id: CouponId,
        order_id: OrderId,
        minutes: Option<u32>,
    },
    /// That order lets go of it.
    ReleaseCoupon {
        coupon_id: CouponId,
        order_id: OrderId,
    },
    /// New codes of a batch, by their digests.
    AddCodes {
        /// How many the request needs from here on, these among them: all of them must fit.
        wanted: u64,
        batch_id: BatchId,
        codes: Vec<Digest>,
    },
    /// A customer turns a code into a coupon.
    RedeemCode {
        code: Digest,
        customer_id: CustomerId,
    },
    PutWebhook(Box<Webhook>),
    RemoveWebhook(WebhookId),
    /// Gives a webhook a new secret; the one before it signs beside it for a while.
    RotateSecret(Rotation),
    /// Tries a webhook's dead deliveries again.
    ReviveDeliveries(WebhookId),
    /// Creates or changes a presale strategy.
    PutPresaleStrategy(Box<PresaleStrategy>),
    /// Creates or changes a gift strategy. A change reaches orders that have entered with the next run.
    PutGiftStrategy(Box<GiftStrategy>),
    /// Every order up to that moment has been downloaded (A-S4-6).
    PutWatermark {
        through: Instant,
    },
    /// What a source of downloads could not say, in the place of what it could not before; nothing: it is whole.
    NoteGap(Box<Gap>),
    /// An operator answers for all that is missing, and says how far the download has come.
    AcceptGaps {
        through: Instant,
        reason: String,
    },
    /// What is in store of a gift, in all.
    PutGiftStock {
        sku: Sku,
        quantity: u64,
    },
    /// A downloaded order, new or with a later stage.
    TakeShopOrder(Arc<ShopOrder>),
    /// A shop order goes to the pool or to review (递交).
    SubmitOrder {
        order_id: OrderId,
    },
    /// A pooled order goes to review by hand (手动转出预售).
    TransferOut {
        order_id: OrderId,
    },
    /// An order goes back to being a shop order (驳回网店订单).
    RejectOrder {
        order_id: OrderId,
        first_payment: FirstPayment,
    },
    /// An order in review has its automatic gifts decided anew (重算).
    RecomputeOrder {
        order_id: OrderId,
    },
    /// An order in review goes to the warehouse.
    FulfilOrder {
        order_id: OrderId,
        undecided: Undecided,
        unpaid: Unpaid,
        /// Why somebody lets it go all the same.
        reason: Option<String>,
    },
    /// An operator adds a gift by hand.
    AddGift {
        order_id: OrderId,
        gift: GiftUnit,
        reason: String,
    },
    /// Takes back what people added of a gift.
    RemoveGift {
        order_id: OrderId,
        sku: Sku,
    },
    /// What is listed of an order was looked at.
    DismissExceptions {
        order_id: OrderId,
    },
    /// The strategy's orders go back and in again, with a new activation time (S4-R06).
    Rerun {
        strategy_id: PresaleStrategyId,
        activation_at: Instant,
    },
    /// Ranks are given out before the download has come through (A-S4-6).
    OverrideRun {
        strategy_id: GiftStrategyId,
    },
    /// Something of an import of downloaded orders.
    Import(ImportCommand),
    /// Something of the message centre's.
    Messages(MessageCommand),
    /// Something of a platform's sprint.
    Sprint(SprintCommand),
}

/// What a refund is said to be of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assigned {
    /// The money of a payment.
    Payment(PaymentId),
    /// Goods of the order.
    Lines(Vec<RefundLine>),
}

/// Whether whoever closes a campaign knows what it has promised in public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// Refused where something that was promised would not be kept.
    Asked,
    /// They said so.
    Confirmed,
}

/// What becomes of the first-payment time when an order goes back (A-S4-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstPayment {
    /// It stays.
    Kept,
    /// It is lost, as older order systems lose it; refused until confirmed.
    LostUnconfirmed,
    /// It is lost, and the operator said so.
    Lost,
}

/// What to do with an order whose gifts are not all decided when it goes to the warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecided {
    /// Refuse.
    Refuse,
    /// Let it go.
    Accept,
}

/// What to do with an order whose money is not whole when it goes to the warehouse (A-S4-19).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpaid {
    /// Refuse.
    Refuse,
    /// Let it go, for a reason.
    Accept,
}

/// What a download made of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intake {
    /// It is new.
    Created,
    /// Something was learned.
    Updated,
    /// Nothing was.
    Duplicate,
}

impl Document for Reply {}

/// What the engine answers when it did as it was asked. Kept with a request's idempotency key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are those of the API")]
pub enum Reply {
    Done,
    /// Codes were made; the first one's digest tells this answer from that of an earlier request.
    Codes {
        first: Option<Digest>,
    },
    Shop {
        shop: Arc<Shop>,
    },
    /// A template was saved, as that version.
    Template {
        number: u32,
    },
    /// The wallet after a purchase.
    Wallet {
        wallet: Wallet,
    },
    Event {
        result: EventResult,
    },
    Campaign {
        campaign: Arc<Campaign>,
        counters: Counters,
        now: Instant,
    },
    Scope {
        accepted: usize,
        rejected: Vec<Sku>,
        version: u32,
    },
    Coupon {
        coupon: Coupon,
    },
    /// A platform's sprint.
    Plan {
        plan: Plan,
    },
    /// A shop's invitation; whether something was changed.
    Invitation {
        invitation: Invitation,
        new: bool,
        now: Instant,
    },
    /// What an action of a kind is answered.
    Acted {
        answer: Answer,
    },
    Coupons {
        coupons: Vec<Coupon>,
    },
    Batch {
        batch: BatchRow,
        now: Instant,
    },
    Payment {
        payment_id: PaymentId,
        amount: Money,
        saving: Money,
        coupon_status: Option<CouponStatus>,
        status: PaymentStatus,
    },
    Refund {
        refund: Refund,
    },
    Risk {
        verdict: Verdict,
    },
    Webhook {
        webhook: Webhook,
    },
    PresaleStrategy {
        record: Arc<PresaleRecord>,
        warnings: Vec<Violation>,
    },
    GiftStrategy {
        record: Arc<GiftRecord>,
        run: Run,
        #[serde(default)]
        warnings: Vec<Violation>,
    },
    Watermark {
        through: Instant,
    },
    Gap {
        gap: Box<Gap>,
    },
    GiftStock {
        sku: Sku,
        stock: Stock,
    },
    Taken {
        outcome: Intake,
    },
    PoolOrder {
        order: Box<PoolOrder>,
    },
    Import {
        import: Box<Import>,
    },
}

impl Reply {
    /// What an action is answered. A claimed coupon is answered, and stored, as every coupon is.
    pub fn of(answer: Answer) -> Self {
        match answer {
            Answer::Recovery(coupon) => Self::Coupon { coupon },
            other => Self::Acted { answer: other },
        }
    }
    /// What is kept of it for the request that comes again: a secret is answered once, and stays with its receiver.
    pub fn without_secrets(&self) -> Cow<'_, Self> {
        match self {
            Self::Webhook { webhook } => {
                let webhook = Webhook { secrets: Vec::new(), ..webhook.clone() };
                Cow::Owned(Self::Webhook { webhook })
            }
            _ => Cow::Borrowed(self),
        }
    }
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventOutcome {
    /// It changed something, or was noted.
    Applied,
    /// It was known; nothing changed.
    Duplicate,
    /// Its predecessor is missing; it waits (A-G-8).
    Parked,
    /// It breaks a rule; nothing changed.
    Rejected,
}

/// The outcome with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it")]
pub struct EventResult {
    pub outcome: EventOutcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
}

impl EventResult {
    /// An outcome that needs no reason.
    pub fn of(outcome: EventOutcome) -> Self {
        Self { outcome, code: None, detail: None, violations: Vec::new() }
    }
    /// A rejection with its reason, amounts told in the shop's currency.
    pub fn rejected(refusal: Refusal) -> Self {
        let (code, detail) = (Some(refusal.code), Some(refusal.detail.in_minor_units()));
        Self { outcome: EventOutcome::Rejected, code, detail, violations: refusal.violations }
    }
}
