//! What a message says where the shop has no template of its own, in Chinese and English.
//!
//! Always holds: it names the shop, the order and the goods, and the moment of a deadline on the shop's wall, never a
//! distance in time, so that one which leaves late is as true as one which leaves at once (A-S1-27). It is written when it
//! is handed over. An SMS names the shop in its signature.

use super::{
    Channel, Kind,
    template::{Rendered, Template, Unfit},
    values::Values,
};
use crate::{Lang, OrderId, campaign::field::Words, order::Order, shop::Shop};

/// A kind's words. `{at}` is where the shop stands, and nothing in an SMS; `{by}` is where the deadline stands.
struct Wording {
    words: Words,
    /// What `{by}` is where there is a deadline.
    by: Words,
    /// What it is where there is none.
    soon: Words,
}

const fn words(zh: &'static str, en: &'static str) -> Words {
    Words { en, zh }
}

const fn ask(zh: &'static str, en: &'static str) -> Wording {
    let (by, soon) = (words("在{deadline}前", " by {deadline}"), words("尽快", " soon"));
    Wording { words: words(zh, en), by, soon }
}

const fn tell(zh: &'static str, en: &'static str) -> Wording {
    Wording { words: words(zh, en), by: words("", ""), soon: words("", "") }
}

const fn wording(kind: Kind, channel: Channel) -> Wording {
    match (kind, channel) {
        // The push leads to the page where the coupon is claimed (S0-R39).
        (Kind::PaymentReminder, Channel::Push) => ask(
            "您{at}的订单{order}（{goods}）待支付，专属支付优惠券等您领取，请{by}点击领券支付。",
            "Your order {order}{at}, {goods}, awaits payment and a coupon is waiting for you: tap to claim it and pay{by}.",
        ),
        (Kind::PaymentReminder, Channel::Sms | Channel::Wechat) => ask(
            "您{at}的订单{order}（{goods}）待支付，请您{by}支付，逾期订单将取消。",
            "Your order {order}{at}, {goods}, awaits payment: please pay{by}, or it will be cancelled.",
        ),
        (Kind::BalanceOpening, _) => ask(
            "您{at}的预售订单{order}（{goods}）已开始支付尾款，请您{by}支付。",
            "The balance of your presale order {order}{at}, {goods}, can be paid now: please pay it{by}.",
        ),
        (Kind::BalanceClosing, _) => ask(
            "您{at}的预售订单{order}（{goods}）尚未支付尾款，逾期定金不退，请您{by}支付。",
            "Please pay the balance of your presale order {order}{at}, {goods},{by}; after that the deposit is lost.",
        ),
        (Kind::BalanceReminder, _) => ask(
            "您{at}的预售订单{order}（{goods}）尚未支付尾款，请您{by}点击支付。",
            "The balance of your presale order {order}{at}, {goods}, is still to be paid: tap to pay{by}.",
        ),
        (Kind::PaymentSucceeded, _) => tell(
            "您{at}的订单{order}（{goods}）支付成功，实付{amount}。",
            "Your order {order}{at}, {goods}, is paid: {amount}.",
        ),
        (Kind::Shipped, _) => tell(
            "您{at}的订单{order}（{goods}）已发货，请您留意收货。",
            "Your order {order}{at}, {goods}, is on its way to you.",
        ),
        (Kind::Received, _) => tell(
            "您{at}的订单{order}（{goods}）已签收。如非您或您委托的人签收，请联系我们。",
            "Your order {order}{at}, {goods}, was signed for. If it was not you or somebody you asked, please contact us.",
        ),
        (Kind::RefundApproved, _) => tell(
            "您{at}的订单{order}（{goods}）的退款已同意，金额{refund}，请您留意到账。",
            "Your refund for order {order}{at}, {goods}, is approved: {refund} will come back to you.",
        ),
        (Kind::RefundRejected, _) => tell(
            "您{at}的订单{order}（{goods}）的退款申请未获同意，如有疑问请您联系我们。",
            "Your refund for order {order}{at}, {goods}, was rejected. Please contact us if you have questions.",
        ),
        (Kind::SupplierOrder, _) => ask(
            "您有新的{at}供应商订单{order}（{goods}），请您{by}处理。",
            "Supplier order {order}{at}, {goods}, waits for you: please see to it{by}.",
        ),
        (Kind::PurchaseOrder, _) => ask(
            "您有新的{at}采购单{order}（{goods}），请您{by}处理。",
            "Purchase order {order}{at}, {goods}, waits for you: please see to it{by}.",
        ),
        (Kind::Dispute, _) => ask(
            "您{at}的订单{order}（{goods}）的维权有新进展，请您{by}查看处理。",
            "There is news of your dispute over order {order}{at}, {goods}: please look at it{by}.",
        ),
        (Kind::Marketing, _) => Wording {
            words: words("为您推荐：{offer}{by}。拒收请回复R", "For you: {offer}{by}. Reply R to opt out"),
            by: words("，{deadline}前有效", ", until {deadline}"),
            soon: words("", ""),
        },
        (Kind::SprintReminder | Kind::SprintReceipt | Kind::SprintPrize, _) => of_sprint(kind),
    }
}

/// Of a member's sprint; whatever else is none of its kinds has won.
const fn of_sprint(kind: Kind) -> Wording {
    match kind {
        Kind::SprintReminder => ask(
            "您{at}参加的{sprint}还差{missing}达标，请您{by}下单。",
            "{missing} more and you have reached the goal of {sprint}{at}: please order{by}.",
        ),
        Kind::SprintReceipt => ask(
            "您{at}参加的{sprint}消费已够，请您{by}确认收货，确认后才算达标。",
            "You have bought enough for {sprint}{at}: please confirm receipt{by}, for only then it counts.",
        ),
        _ => Wording {
            words: words("恭喜您{at}参加的{sprint}获奖{by}。", "You have won in {sprint}{at}{by}."),
            by: words("，请在{deadline}前领取使用", ": claim and use it by {deadline}"),
            soon: words("", ""),
        },
    }
}

/// What a message says that lacks a value: that there is something to look at.
const fn plain(kind: Kind) -> Words {
    match kind {
        Kind::PaymentReminder => words("您有一笔订单待支付，请您查看。", "An order of yours awaits payment."),
        Kind::BalanceOpening => words(
            "您预订的商品已开始支付尾款，请您查看。",
            "The balance of your presale order can be paid now.",
        ),
        Kind::BalanceClosing | Kind::BalanceReminder => words(
            "您预订的商品尚未支付尾款，请您查看。",
            "The balance of your presale order is still to be paid.",
        ),
        Kind::PaymentSucceeded => words("您的订单支付成功。", "Your order is paid."),
        Kind::Shipped => words("您的订单已发货。", "Your order is on its way to you."),
        Kind::Received => words("您的订单已签收。", "Your order was signed for."),
        Kind::RefundApproved => words("您的退款已同意。", "Your refund is approved."),
        Kind::RefundRejected => words("您的退款申请未获同意。", "Your refund was rejected."),
        Kind::SupplierOrder => words("您有新的供应商订单，请您查看。", "A supplier order waits for you."),
        Kind::PurchaseOrder => words("您有新的采购单，请您查看。", "A purchase order waits for you."),
        Kind::Dispute => words("您的维权有新进展，请您查看。", "There is news of your dispute."),
        Kind::Marketing => {
            words("本店有新的优惠，请您查看。拒收请回复R", "There are new offers. Reply R to opt out")
        }
        Kind::SprintReminder => {
            words("您参加的冲刺计划即将结束。", "The sprint that you take part in is about to end.")
        }
        Kind::SprintReceipt => words("请您及时确认收货。", "Please confirm receipt in time."),
        Kind::SprintPrize => words("恭喜您获奖，请您查看。", "You have won: please have a look."),
    }
}

/// The text that the program brings for a kind on a channel, with a deadline where the values have one. Of WeChat it is
/// what a line in a file says; its messages need a template of the shop's.
pub fn built_in(kind: Kind, channel: Channel, language: Lang, values: &Values) -> Template {
    let wording = wording(kind, channel);
    let by = if values.get("deadline").is_some() { wording.by } else { wording.soon };
    let to_supplier = matches!(kind, Kind::SupplierOrder | Kind::PurchaseOrder);
    let at = match channel {
        Channel::Sms => words("", ""),
        Channel::Push | Channel::Wechat if to_supplier => words("{shop}", " of {shop}"),
        Channel::Push | Channel::Wechat => words("在{shop}", " at {shop}"),
    };
    let text = language.of(wording.words).replace("{by}", language.of(by)).replace("{at}", language.of(at));
    Template::of_text(language, text)
}

/// The built-in text with its values, or the variable that is at fault.
pub fn render(kind: Kind, channel: Channel, language: Lang, values: &Values) -> Result<Rendered, Unfit> {
    let template = built_in(kind, channel, language, values);
    match channel {
        Channel::Push | Channel::Sms => template.render(kind, channel, values),
        // It is a text here, and its sender has the data.
        Channel::Wechat => template.render(kind, Channel::Push, values),
    }
}

/// The text in Chinese and in English, of what is known of the shop and the order. The deadline is the order's: the end of
/// its balance, or when it is cancelled unpaid; one that never ends so is reminded without one. What lacks a value is told
/// in a sentence without any.
pub fn text(
    kind: Kind,
    channel: Channel,
    shop: Option<&Shop>,
    order_id: &OrderId,
    order: Option<&Order>,
) -> (String, String) {
    let values = Values::of_order(kind, shop, order_id, order);
    let said = |language: Lang| match render(kind, channel, language, &values) {
        Ok(rendered) => rendered.text,
        Err(_) => language.of(plain(kind)).to_owned(),
    };
    (said(Lang::Zh), said(Lang::En))
}
