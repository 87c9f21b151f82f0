//! DECIDE: one call an input, facts in, a decision or a refusal out. No IO, no clock, no chance.

mod book;
mod command;
mod coupon;
mod follow;
mod input;
mod keys;
mod message;
mod named;
mod order;
mod pool;
mod settings;
mod timers;

pub use book::{Decision, Draft, Facts, Platform};
pub use command::{
    Assigned, Closing, Command, EventOutcome, EventResult, FirstPayment, Intake, Reply, Rotation, Undecided,
    Unpaid,
};
pub use domain::reward::Chance;
pub use input::Input;
pub use keys::{first_keys, inbox_key, timer_keys};
pub use message::notice_id;
pub use message::{Answered, MessageCommand, Notice, Says};
pub use named::second_keys;
pub use pool::Around;
pub use settings::command::{ImportCommand, SprintCommand};

use coupon::batches;
use domain::{Refusal, campaign, event::OrderEvent};
use order::{
    cashier, events, refund_transfer,
    refunds::{self, create as refund},
};
use port::{Digest, Subject};
use settings::{
    campaigns, imports,
    shop::{self, put_risk},
    sprints,
};

/// Decides one command. Amounts of a refusal are told in the shop's currency (A-G-12).
pub fn decide(draft: &mut Draft<'_>, command: &Command) -> Result<Reply, Refusal> {
    let reply = decide_command(draft, command).map_err(|refusal| draft.told(refusal))?;
    follow::decided(draft);
    Ok(reply)
}

fn decide_command(draft: &mut Draft<'_>, command: &Command) -> Result<Reply, Refusal> {
    match command {
        Command::PutShop(shop) => shop::put_shop(draft, shop),
        Command::Try(beta) => shop::try_out(draft, *beta),
        Command::Ingest { event, digest } => ingest(draft, event, *digest),
        Command::CreateCampaign { campaign_id, version, publish, digest } => {
            campaigns::create(draft, campaign_id.as_ref(), version, *publish, digest)
        }
        Command::ReviseCampaign { campaign_id, version } => campaigns::revise(draft, campaign_id, version),
        Command::PublishCampaign { campaign_id } => campaigns::publish(draft, campaign_id),
        Command::CloseCampaign { campaign_id, closing } => campaigns::close(draft, campaign_id, *closing),
        Command::ImportScope { campaign_id, skus } => campaigns::import_scope(draft, campaign_id, skus),
        Command::Act(action) => campaign::act(draft, action).map(Reply::of),
        Command::StartPayment { order_id, payment_id, method, coupon_id: coupon, checkout_id: checkout } => {
            cashier::start_payment(draft, order_id, payment_id, *method, coupon.as_ref(), checkout.as_ref())
        }
        Command::CreateRefund { order_id: of, refund_id: id, ask } => refund(draft, of, id, ask, None),
        Command::RefundPayment { order_id: of, refund_id, payment_id: by, ask } => {
            refund(draft, of, refund_id, ask, Some(by))
        }
        Command::RehearseRefund { order_id, refund_id, payment_id, ask } => {
            refunds::rehearse(draft, order_id, refund_id, ask, payment_id.as_ref())
        }
        Command::RecordTransfer { order_id, refund_id, transfer } => {
            refund_transfer::record(draft, order_id, refund_id, transfer)
        }
        Command::AssignRefund { order_id, refund_id, of } => refunds::assign(draft, order_id, refund_id, of),
        Command::PutRisk { customer_id: id, list, reason, by } => put_risk(draft, id, *list, reason, by),
        Command::CreateBatch { batch_id: id, batch, digest } => {
            batches::create(draft, id.as_ref(), batch, digest)
        }
        Command::VoidBatch { batch_id } => batches::void(draft, batch_id),
        Command::ClaimBatch { batch_id, customer_id, count } => {
            batches::claim(draft, batch_id, customer_id, *count)
        }
        Command::VoidCoupons { coupon_ids } => batches::void_coupons(draft, coupon_ids),
        Command::LockCoupon { coupon_id, order_id, minutes } => {
            batches::lock(draft, coupon_id, order_id, *minutes)
        }
        Command::ReleaseCoupon { coupon_id, order_id } => batches::release(draft, coupon_id, order_id),
        Command::AddCodes { batch_id, codes, wanted } => batches::add_codes(draft, batch_id, codes, *wanted),
        Command::RedeemCode { code, customer_id } => batches::redeem(draft, *code, customer_id),
        Command::PutWebhook(webhook) => shop::put_webhook(draft, webhook),
        Command::RotateSecret(rotation) => shop::rotate_secret(draft, rotation),
        Command::RemoveWebhook(id) => shop::remove_webhook(draft, id),
        Command::ReviveDeliveries(id) => shop::revive_deliveries(draft, id),
        Command::PutPresaleStrategy(strategy) => pool::put_presale(draft, strategy),
        Command::PutGiftStrategy(strategy) => pool::put_gift(draft, strategy),
        Command::PutWatermark { through } => pool::put_watermark(draft, *through),
        Command::NoteGap(gap) => pool::note_gap(draft, gap),
        Command::AcceptGaps { through, reason } => pool::accept_gaps(draft, *through, reason),
        Command::PutGiftStock { sku, quantity } => pool::put_stock(draft, sku, *quantity),
        Command::TakeShopOrder(order) => pool::take(draft, order),
        Command::SubmitOrder { order_id } => pool::submit(draft, order_id),
        Command::TransferOut { order_id } => pool::transfer_out(draft, order_id),
        Command::RejectOrder { order_id, first_payment } => pool::reject(draft, order_id, *first_payment),
        Command::RecomputeOrder { order_id } => pool::recompute(draft, order_id),
        Command::FulfilOrder { order_id, undecided, unpaid, reason } => {
            pool::fulfil(draft, order_id, pool::Accepts::new(*undecided, *unpaid, reason.as_deref()))
        }
        Command::AddGift { order_id, gift, reason } => pool::add_gift(draft, order_id, gift, reason),
        Command::RemoveGift { order_id, sku } => pool::remove_gift(draft, order_id, sku),
        Command::DismissExceptions { order_id } => pool::dismiss(draft, order_id),
        Command::Rerun { strategy_id, activation_at } => pool::rerun(draft, strategy_id, *activation_at),
        Command::OverrideRun { strategy_id } => pool::override_run(draft, strategy_id),
        Command::Import(command) => imports::decide(draft, command),
        Command::Messages(command) => message::decide(draft, command),
        Command::Sprint(command) => sprints::decide(draft, command),
    }
}

fn ingest(draft: &mut Draft<'_>, event: &OrderEvent, digest: Digest) -> Result<Reply, Refusal> {
    events::ingest(draft, event, digest).map(|result| Reply::Event { result })
}

/// Decides a timer that is due.
pub fn fire(draft: &mut Draft<'_>, subject: &Subject) -> Result<Reply, Refusal> {
    wake(draft, subject).map_err(|refusal| draft.told(refusal))?;
    follow::decided(draft);
    Ok(Reply::Done)
}

fn wake(draft: &mut Draft<'_>, subject: &Subject) -> Result<(), Refusal> {
    match subject {
        Subject::Order(id) => timers::order(draft, id)?,
        Subject::Coupon(id) => timers::coupon(draft, id),
        Subject::PresaleStrategy(id) => pool::pass(draft, id)?,
        Subject::GiftRun(id) => pool::walk(draft, id)?,
        Subject::PoolOrder(id) => pool::balance_closed(draft, id),
        Subject::Wallet => message::tell_differences(draft)?,
        Subject::Sprint(id) => domain::campaign::moment(draft, id)?,
        Subject::Invitation(id) => sprints::moment(draft, id),
    }
    Ok(())
}
