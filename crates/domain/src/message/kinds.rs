//! What each kind of message is: who pays for it, what it is for, how it may travel, and when it comes too late.
//!
//! Always holds: this table is the only place where a kind is described; whoever judges, bills or writes a message reads
//! it here.

use super::{Channel, Kind, Payer, Purpose};
use crate::{
    Instant,
    campaign::field::Words,
    order::{Order, State},
};

/// When a message is better not sent at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// When what it reminds of is over.
    OrderEnds,
    /// So many hours after it was asked for.
    Hours(i64),
}

/// What a kind is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The kind.
    pub kind: Kind,
    /// What people call it.
    pub name: Words,
    /// Who pays.
    pub payer: Payer,
    /// What it is for.
    pub purpose: Purpose,
    /// The channels that it may take; the first is its usual one.
    pub channels: &'static [Channel],
    /// When it comes too late.
    pub late: Late,
}

const NOTICES: &[Channel] = &[Channel::Sms, Channel::Wechat];

const fn trade(
    kind: Kind,
    payer: Payer,
    channels: &'static [Channel],
    late: Late,
    zh: &'static str,
    en: &'static str,
) -> About {
    About { kind, name: Words { en, zh }, payer, purpose: Purpose::Trade, channels, late }
}

const ABOUT: [About; Kind::ALL.len()] = {
    use {Channel as C, Kind as K, Late::Hours, Late::OrderEnds, Payer::Free, Payer::Merchant};
    [
        trade(
            K::PaymentReminder,
            Merchant,
            &[C::Push, C::Sms, C::Wechat],
            OrderEnds,
            "催付",
            "payment reminder",
        ),
        trade(K::BalanceOpening, Merchant, &[C::Sms], OrderEnds, "尾款开始提醒", "balance opening"),
        trade(K::BalanceClosing, Merchant, &[C::Sms], OrderEnds, "尾款截止提醒", "balance closing"),
        trade(K::BalanceReminder, Free, &[C::Push], OrderEnds, "尾款提醒", "balance reminder"),
        trade(K::PaymentSucceeded, Free, NOTICES, Hours(24), "支付成功", "payment succeeded"),
        // A parcel may be there two days later.
        trade(K::Shipped, Merchant, NOTICES, Hours(48), "发货", "shipped"),
        trade(K::Received, Merchant, NOTICES, Hours(48), "签收", "signed for"),
        // Money is looked for longer.
        trade(K::RefundApproved, Merchant, NOTICES, Hours(72), "同意退款", "refund approved"),
        trade(K::RefundRejected, Merchant, NOTICES, Hours(72), "拒绝退款", "refund rejected"),
        trade(K::SupplierOrder, Free, NOTICES, Hours(24), "供应商订单", "supplier order"),
        trade(K::PurchaseOrder, Free, NOTICES, Hours(24), "采购单", "purchase order"),
        trade(K::Dispute, Free, NOTICES, Hours(72), "维权", "dispute"),
        // WeChat's subscription messages may not advertise. A day bridges the quiet hours.
        About {
            kind: K::Marketing,
            name: Words { zh: "营销", en: "marketing" },
            payer: Merchant,
            purpose: Purpose::Marketing,
            channels: &[C::Sms],
            late: Hours(24),
        },
        // To members about their own sprint; what they remind of has an end of its own.
        trade(K::SprintReminder, Merchant, NOTICES, Hours(24), "冲刺提醒", "sprint reminder"),
        trade(K::SprintReceipt, Merchant, NOTICES, Hours(24), "冲刺收货提醒", "sprint receipt reminder"),
        trade(K::SprintPrize, Merchant, NOTICES, Hours(72), "冲刺中奖", "sprint prize"),
    ]
};

// Each kind finds its own row.
const _: () = {
    let mut row = 0;
    while row < ABOUT.len() {
        assert!(ABOUT[row].kind as usize == row, "the table stands in the order of the kinds");
        row += 1;
    }
};

impl Kind {
    /// What it is.
    pub const fn about(self) -> &'static About {
        &ABOUT[self as usize]
    }

    /// How it travels where nobody chose.
    pub const fn usual_channel(self) -> Channel {
        self.about().channels[0]
    }

    /// When what it reminds of is over: the order's deadline, or the end of its balance; `None` where it does not end by
    /// itself, and for kinds that remind of nothing.
    pub fn order_ends(self, order: &Order) -> Option<Instant> {
        match self {
            Self::PaymentReminder => order.cancel_at,
            Self::BalanceOpening | Self::BalanceClosing | Self::BalanceReminder => {
                order.presale.as_ref().map(|presale| presale.balance_window.ends_at)
            }
            Self::PaymentSucceeded
            | Self::Shipped
            | Self::Received
            | Self::RefundApproved
            | Self::RefundRejected
            | Self::SupplierOrder
            | Self::PurchaseOrder
            | Self::Dispute
            | Self::Marketing
            | Self::SprintReminder
            | Self::SprintReceipt
            | Self::SprintPrize => None,
        }
    }

    /// Whether what it reminds of had ended by that moment; what reminds of nothing is never over.
    pub fn is_over(self, order: &Order, by: Instant) -> bool {
        let has_ended = || match order.state {
            State::Open => !order.is_open(by),
            State::Paid { at } | State::Cancelled { at, .. } => at <= by,
        };
        matches!(self.about().late, Late::OrderEnds) && has_ended()
    }

    /// From when on a message that was asked for then is better not sent; `None` where what it reminds of does not end.
    pub fn too_late_at(self, asked_at: Instant, order: Option<&Order>) -> Option<Instant> {
        match self.about().late {
            Late::OrderEnds => order.and_then(|order| self.order_ends(order)),
            Late::Hours(hours) => Some(asked_at.plus_hours(hours)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// S2-R11, S2-R13, A-S2-9: what the platform still pays for, and what it no longer does.
    #[test]
    fn s2_r13_four_notices_are_free_and_the_others_paid() {
        let paid_by = |payer: Payer| -> Vec<&str> {
            let kinds = Kind::ALL.iter().filter(|kind| kind.about().payer == payer);
            kinds.filter(|kind| kind.about().channels != [Channel::Push]).map(|kind| kind.as_str()).collect()
        };
        assert_eq!(
            paid_by(Payer::Free),
            ["payment_succeeded", "supplier_order", "purchase_order", "dispute"]
        );
        assert_eq!(
            paid_by(Payer::Merchant),
            [
                "payment_reminder",
                "balance_opening",
                "balance_closing",
                "shipped",
                "received",
                "refund_approved",
                "refund_rejected",
                "marketing",
                "sprint_reminder",
                "sprint_receipt",
                "sprint_prize"
            ]
        );
    }

    /// S2-R17: notices go by SMS and by WeChat; an offer only where it may.
    #[test]
    fn s2_r17_every_kind_has_its_channels_and_its_text_form() {
        for &kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            let channels = kind.about().channels;
            let notice = kind > Kind::BalanceReminder && kind.about().purpose == Purpose::Trade;
            assert!(!notice || channels == [Channel::Sms, Channel::Wechat], "{kind:?}");
        }
        assert_eq!(Kind::Marketing.about().channels, [Channel::Sms]);
    }

    #[test]
    fn a_notice_comes_too_late_some_hours_after_it_was_asked_for() {
        let asked = Instant::from_micros(0);
        assert_eq!(Kind::Shipped.too_late_at(asked, None), Some(asked.plus_hours(48)));
        assert_eq!(Kind::PaymentReminder.too_late_at(asked, None), None);
        for &kind in Kind::ALL {
            assert!(kind.too_late_at(asked, None).is_none_or(|late| late > asked), "{kind:?}");
        }
    }
}
