//! The checks by their stable names, which reports and their readers know them by.

/// Issued = available + locked + used + expired + void = the batch's coupons, and with the codes that
/// are out never above the quantity.
pub const BATCH_COUNTERS: &str = "batch_counters";
/// A coupon of a batch is counted for its customer, whose count is within the limit.
pub const BATCH_LIMITS: &str = "batch_limits";
/// Figures = recount of the coupon rows.
pub const CAMPAIGN_COUNTERS: &str = "campaign_counters";
/// What a campaign's orders brought = the sum over its orders as they are; its comparison has each order as it stands,
/// and what it took off an order is what the books say.
pub const CAMPAIGN_FIGURES: &str = "campaign_figures";
/// Issued = available + locked + used + expired + void, and never above the quantity (A-S0-20).
pub const CAMPAIGN_QUANTITY: &str = "campaign_quantity";
/// A claimed offer has its coupon, a coupon's order names it (A-S0-8).
pub const COUPON_ORIGIN: &str = "coupon_origin";
/// The coupon's own fields fit its state, and it will be looked at when its time has come.
pub const COUPON_STATE: &str = "coupon_state";
/// A locked coupon is held by one payment in progress, and its lock ends (A-S0-11).
pub const COUPON_LOCK: &str = "coupon_lock";
/// A coupon is used once, by an order that was paid with it (S0-R24).
pub const COUPON_USED_ONCE: &str = "coupon_used_once";
/// Orders that share a coupon name it, live, and take no more together than it saves (A-S1-6).
pub const COUPON_SHARED: &str = "coupon_shared";
/// Claims counted = coupons issued, for each customer and campaign (A-S0-9).
pub const CLAIMS_COUNTED: &str = "claims_counted";
/// One coupon a civil day, six in all (S0-R29, S0-R30, A-G-2).
pub const CLAIM_LIMITS: &str = "claim_limits";
/// Entries sum to zero; settled = gross - what the merchant bears - refunds; an order that was not
/// paid brings nothing (S0-R27, A-S0-22); they were booked in the order of their numbers (A-G-17).
pub const LEDGER: &str = "ledger";
/// At most one push an order, none after its claim or its end (S0-R36, S0-R40).
pub const PUSH_ONCE: &str = "push_once";
/// No push in quiet hours (S0-R38, A-S0-13).
pub const PUSH_QUIET_HOURS: &str = "push_quiet_hours";
/// A third-level category is reminded of once a civil day for each customer (S0-R37, A-S0-14).
pub const PUSH_CATEGORY_DAY: &str = "push_category_day";
/// Bought = free + reserved + sent + expired, and reserved and sent are what the messages hold and cost (A-S2-12).
pub const SMS_WALLET: &str = "sms_wallet";
/// Payable = lines + freight - discounts >= 0; shares sum to their discount, those of a freight coupon to
/// nothing (A-G-5, A-S0-6).
pub const ORDER_AMOUNTS: &str = "order_amounts";
/// The state fits the payments, and nothing is offered or planned after the end (A-G-9, A-S0-16).
pub const ORDER_STAGES: &str = "order_stages";
/// Refunds never exceed what was paid, by line and in all (A-S0-22, A-G-6).
pub const REFUNDS: &str = "refunds";
/// What other parties got back with refunds is what the rule makes of them (A-G-16).
pub const REFUND_PARTS: &str = "refund_parts";
/// Each refund beside refused money is of what the facts say, and no refused payment gives back more than it was
/// (A-G-15).
pub const REFUND_OF: &str = "refund_of";
/// The list of money to return holds the orders that have some, and no other (A-G-15).
pub const MONEY_TO_RETURN: &str = "money_to_return";
/// No refund waits for money that is there (A-G-15).
pub const REFUND_WAITS: &str = "refund_waits";
/// The list of coupon conflicts holds those of orders that show theirs, and no other (S0-R31).
pub const COUPON_CONFLICTS: &str = "coupon_conflicts";
/// Orders that were split from one have a strategy's gift once (A-S4-24).
pub const GIFT_ONCE_A_PARENT: &str = "gift_once_a_parent";
/// Gifts given are counted, at most N, no rank twice, and ranks count what stands before them.
pub const GIFTS_GIVEN: &str = "gifts_given";
/// Stock that was given is what orders have.
pub const GIFT_STOCK: &str = "gift_stock";
/// An order's places are there, and are its own.
pub const POOL_PLACES: &str = "pool_places";
/// An import that has ended says when and how; one that is open does not.
pub const IMPORTS: &str = "imports";
/// What is kept of a download's gap is missing, within its bounds, under the name of its source (A-S4-25).
pub const DOWNLOAD_GAPS: &str = "download_gaps";
/// A reward is its order's and stands with it; a draw's chain is that of its plays, without gaps; what was given is what
/// the plays drew and within the stock; what is kept of a campaign and of each of its customers, what was shown, and the
/// figures are a recount (A-S2-6, A-S2-15, A-S2-16).
pub const REWARDS: &str = "rewards";
/// What is kept of a sprint's member is what their orders say, what they have reached follows from it, a coupon prize is two
/// coupons, no more is won than there is, and the figures are a recount (A-S3-2, A-S3-3, A-S3-11).
pub const SPRINTS: &str = "sprints";
/// A shop that has a prize bound for every tier takes part with the terms that it accepted, its coupon batches are what was
/// approved, and what is closed has taken them back (A-S3-9, A-S3-13).
pub const INVITATIONS: &str = "invitations";
/// Open orders and live coupons have their timer, timers lead to such (trust.md: every lock ends).
pub const TIMERS: &str = "timers";

/// Every check, so that a report says of each how much it looked at.
pub const CHECKS: [&str; 28] = [
    BATCH_COUNTERS,
    BATCH_LIMITS,
    CAMPAIGN_COUNTERS,
    CAMPAIGN_FIGURES,
    CAMPAIGN_QUANTITY,
    COUPON_ORIGIN,
    COUPON_STATE,
    COUPON_LOCK,
    COUPON_USED_ONCE,
    CLAIMS_COUNTED,
    CLAIM_LIMITS,
    LEDGER,
    PUSH_ONCE,
    PUSH_QUIET_HOURS,
    PUSH_CATEGORY_DAY,
    ORDER_AMOUNTS,
    ORDER_STAGES,
    REFUNDS,
    REFUND_PARTS,
    REFUND_OF,
    MONEY_TO_RETURN,
    COUPON_CONFLICTS,
    GIFT_ONCE_A_PARENT,
    GIFTS_GIVEN,
    GIFT_STOCK,
    POOL_PLACES,
    DOWNLOAD_GAPS,
    TIMERS,
];
