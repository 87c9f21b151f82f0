//! Every limit of the domain, each with its reason. Edges have their own (body and batch sizes).

use crate::{Sentence, sentence};
use money::Money;

/// Lines of one order. Carts of real shops stay under a few dozen; the cost of a decision grows with it.
pub const ORDER_LINES: usize = 500;
/// Discounts that came with one order.
pub const ORDER_DISCOUNTS: usize = 50;
/// Characters of the title of a line's goods: shops write long ones, messages show the beginning.
pub const LINE_TITLE_CHARS: usize = 200;
/// Units of one line.
pub const LINE_QUANTITY: u64 = 1_000_000;
/// An amount of an order in minor units (ten billion yuan): sums of all lines stay far inside 64 bits.
pub const AMOUNT_MINOR: i64 = 1_000_000_000_000;
/// The sentence that says so.
pub fn amounts() -> Sentence {
    sentence!["0 to ", Money::from_minor(AMOUNT_MINOR)]
}
/// Attempts to pay that one order remembers, and as many payments that were not taken.
pub const ORDER_PAYMENTS: usize = 50;
/// Refunds of one order that were agreed to, beside which one more may be asked for here: channels allow 50 of a payment
/// and an order has a payment or two, and what a channel takes no more is transferred. What the platform tells of money
/// that went back is taken without a limit.
pub const ORDER_REFUNDS: usize = 150;
/// Characters of the end of an account's number: enough to find the transfer by, too few to make one.
pub const ACCOUNT_TAIL: std::ops::RangeInclusive<usize> = 2..=4;
/// Characters of the evidence of a transfer: a sentence or an address.
pub const PROOF_CHARS: usize = 500;
/// Granted refunds of one order that are kept one by one: of more the oldest amounts are summed up, so that its document
/// stays small.
pub const ORDER_REFUNDS_KEPT: usize = 200;
/// Refunds of one order that were asked for and not granted, as many as are remembered; the oldest rejected
/// one makes room.
pub const ORDER_REQUESTS: usize = 100;
/// SKUs of a white- or blacklist (A-S0-23).
pub const SCOPE_SKUS: usize = 20_000;
/// Categories of a white- or blacklist: a catalogue has some hundreds.
pub const SCOPE_CATEGORIES: usize = 1_000;
/// Campaigns of one shop that may run at the same moment.
pub const LIVE_CAMPAIGNS: usize = 200;
/// Versions that one campaign keeps; orders point at them.
pub const CAMPAIGN_VERSIONS: usize = 100;
/// Characters of a name that operators type.
pub const NAME_CHARS: usize = 100;
/// How far ahead of our clock an event may lie: platforms' clocks differ, a year ahead is a mistake.
pub const EVENT_AHEAD_MINUTES: i64 = 24 * 60;
/// How long before its order a payment may lie: clocks of shop and bank differ by minutes.
pub const PAYMENT_BEFORE_ORDER_MINUTES: i64 = 5;
/// How far a refund's time may lie before that of the balance it came after (A-S1-24): the same clocks.
pub const REFUND_BEFORE_BALANCE_MINUTES: i64 = PAYMENT_BEFORE_ORDER_MINUTES;
/// Events that wait for one order to arrive.
pub const PARKED_PER_ORDER: usize = 50;
/// Entries of one order's timeline.
pub const TIMELINE_ENTRIES: u32 = 1_000;
/// Minutes that a started payment holds its coupon, unless the shop says otherwise (A-S0-11).
pub const PAYMENT_LOCK_MINUTES: u32 = 15;
/// Orders that share one coupon: a checkout has one of ordinary goods and one for each balance.
pub const COUPON_ORDERS: usize = 20;
/// Minutes that a platform which checks out itself may hold a coupon.
pub const COUPON_LOCK_MINUTES: u32 = 24 * 60;
/// Orders cancelled unpaid after an offer that make a farmer (A-S0-21).
pub const FARMING_ORDERS: usize = 5;
/// Days over which farming is counted, and for which it blocks (A-S0-21).
pub const FARMING_DAYS: i64 = 30;
/// Paid orders of one customer in one shop that open ones are compared with (A-S0-25): a row that is read with each
/// of their orders.
pub const PURCHASES: usize = 20;
/// SKUs of such an order; one with more is not remembered.
pub const PURCHASE_SKUS: usize = 100;
/// Days for which it is: as long as an order can stay unpaid.
pub const PURCHASE_DAYS: i64 = 60;
/// Open orders of one customer that a purchase is held against.
pub const WATCHED_ORDERS: usize = 20;
/// Orders of one customer that the comparison of one campaign keeps (A-S2-21): a row that is read with each of their
/// orders.
pub const COMPARED_ORDERS: usize = 50;
/// Days of which is kept how many rewards a customer had of a campaign: more than any payment is late.
pub const REWARD_DAYS: usize = 100;
/// Waves of a sprint: platforms run two or three.
pub const SPRINT_WAVES: usize = 12;
/// Tiers of a sprint.
pub const SPRINT_TIERS: usize = 10;
/// Characters of what a platform says of a sprint.
pub const SPRINT_TEXT_CHARS: usize = 2_000;
/// Shops that one request invites to a sprint.
pub const SPRINT_INVITED: usize = 10_000;
/// Sprints of a platform.
pub const SPRINT_PLANS: usize = 1_000;
/// Characters of the reason for a decision by hand.
pub const REASON_CHARS: usize = 500;
/// Mistakes that are named when a form cannot be read: a list can hold a million of them.
pub const NAMED_MISTAKES: usize = 100;
/// Tiers of an order promotion.
pub const PROMOTION_TIERS: usize = 10;
/// Goods that must be bought for a group of a unit promotion, each of its own: every set of them is looked at.
pub const GROUP_GOODS: usize = 4;
/// Gifts of one promotion.
pub const GIFTS: usize = 20;
/// Customer segments that a promotion names.
pub const SEGMENTS: usize = 50;
/// Coupons of one batch.
pub const BATCH_COUPONS: u64 = 10_000_000;
/// Coupons of one batch that one customer may have.
pub const BATCH_PER_CUSTOMER: u32 = 100;
/// SKUs of one presale: as many as a list of goods.
pub const PRESALE_ITEMS: usize = 20_000;
/// Ranks that a presale's gifts may go by: the earliest deposits are kept with the campaign's figures.
pub const GIFT_RANKS: u32 = 1_000;
/// Balance reminders that wait for one customer, over all shops.
pub const WAITING_REMINDERS: usize = 200;
/// Presale strategies, and as many gift strategies, of one shop: each is looked at for every order.
pub const STRATEGIES: usize = 200;
/// Gift strategies of one presale strategy: an order has a place in each one's ranking.
pub const STRATEGY_GIFTS: usize = 20;
/// The most that "the first N" may be.
pub const FIRST_N: u64 = 10_000_000;
/// Units of one gift for one order.
pub const GIFT_QUANTITY: u64 = 1_000;
/// Gift SKUs of one shop whose stock is counted.
pub const GIFT_SKUS: usize = 1_000;
/// Versions of one gift strategy that are kept.
pub const STRATEGY_VERSIONS: usize = 100;
/// Steps from stage to stage that a pooled order remembers.
pub const POOL_MOVES: usize = 50;
/// Gifts that may be added to one order by hand.
pub const MANUAL_GIFTS: usize = 20;
/// Sources of downloads of a shop with something missing; what goes over it has no name (A-S4-25).
pub const GAPS: usize = 100;
/// Rows of one of them that are told one by one.
pub const GAP_ROWS: usize = 100;
/// Orders of one of them that are known by name.
pub const GAP_ORDERS: usize = 1_000;
/// Characters of a source's name, and of the reason for which an operator answers for what is missing.
pub const GAP_TEXT_CHARS: usize = 256;
/// Segments of one SMS pack.
pub const PACK_SEGMENTS: u64 = 100_000_000;
/// SMS packs of a shop that something is left of.
pub const PACKS: usize = 100;
/// Versions of a shop's message settings that are kept.
pub const MESSAGE_SETTINGS: usize = 50;
/// Versions of one message template that are kept.
pub const TEMPLATE_VERSIONS: usize = 50;
/// SMS of one number in a span; what is counted is kept with the number.
pub const SMS_OF_A_NUMBER: u32 = 100;
/// Signatures that one number is remembered to have got SMS under, of one shop.
pub const NUMBER_SIGNATURES: usize = 4;
/// Characters of the name that a shop signs its SMS with.
pub const SIGNATURE_CHARS: usize = 20;
/// Words of one customer about marketing that are kept.
pub const CONSENTS: usize = 100;
/// `WeChat` templates that one customer has let messages through of.
pub const GRANTED_TEMPLATES: usize = 50;
/// Messages that one customer may let through of one template.
pub const GRANTS: u32 = 1_000;
/// Reports of one message that are told apart.
pub const MESSAGE_REPORTS: usize = 20;
/// Segments of one message that a provider is believed to count, many times what the longest text has: more stands as so
/// many, which is told as a difference all the same.
pub const PROVIDER_SEGMENTS: u32 = 100;
/// Notices of one order that are remembered, beside those of the refunds that it has.
pub const ORDER_NOTICES: usize = 100;
/// Notices of one order that wait: for their moment, or for the end of quiet hours.
pub const WAITING_NOTICES: usize = 100;
/// Free notices of one kind that an order may be asked for: an order has more than one supplier at times, and a dispute
/// more than one turn; beyond that they are a way to write to anybody at the platform's cost.
pub const FREE_NOTICES: usize = 5;
/// Suppliers that a shop names: free notices of orders of goods go to nobody else then.
pub const SUPPLIERS: usize = 200;
/// People who get such notices in a shop that names no suppliers: enough to begin with, too few to write to a town.
pub const UNNAMED_SUPPLIERS: usize = 20;
