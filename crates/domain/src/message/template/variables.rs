//! Which variables each kind of message has: their type, their longest length, and what they mean, as data.
//!
//! Always holds: whoever writes, checks, fills or explains a template reads this table.

use crate::{campaign::field::Words, message::Kind};

/// What a variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// Words that people wrote: cleaned, and cut where room is short.
    Text,
    /// A number that things are told apart by: cleaned, cut only at its longest length.
    Code,
    /// A whole number.
    Number,
    /// An amount of money, in the shop's currency.
    Amount,
    /// A moment, on the shop's wall.
    Moment,
    /// A page at the template's own host.
    Link,
}

impl ValueType {
    /// The name that pages and the API use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Code => "code",
            Self::Number => "number",
            Self::Amount => "amount",
            Self::Moment => "moment",
            Self::Link => "link",
        }
    }
}

/// A variable of a kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name, as it stands between braces.
    pub name: &'static str,
    /// What it holds.
    pub holds: ValueType,
    /// Its longest length, in UTF-16 code units.
    pub most: usize,
    /// Whether a template of its kind has to name it.
    pub needed: bool,
    /// What it means.
    pub means: Words,
    /// What stands there when nothing is left of the value; without such words the message is held back.
    pub neutral: Option<Words>,
    /// An example, for previews; of amounts in minor units, of moments in local time.
    pub example: Words,
}

const fn both(en: &'static str, zh: &'static str) -> Words {
    Words { en, zh }
}

const fn variable(
    name: &'static str,
    holds: ValueType,
    most: usize,
    means: Words,
    example: Words,
) -> Variable {
    Variable { name, holds, most, needed: false, means, neutral: None, example }
}

impl Variable {
    const fn needed(self) -> Self {
        Self { needed: true, ..self }
    }
    const fn or(self, neutral: Words) -> Self {
        Self { neutral: Some(neutral), ..self }
    }
}

const SHOP: Variable = variable(
    "shop",
    ValueType::Text,
    20,
    both("the shop's name", "店铺名称"),
    both("Old Street Tea", "老街茶铺"),
)
.or(both("our shop", "本店"));
const ORDER: Variable = variable(
    "order",
    ValueType::Code,
    32,
    both("the order's number", "订单号"),
    both("20301104-0018", "20301104-0018"),
)
.or(both("(number in the shop)", "(编号见店铺)"));
const GOODS: Variable = variable(
    "goods",
    ValueType::Text,
    24,
    both(
        "the goods: the first line's title, or its SKU, and how many pieces there are in all",
        "商品：第一行的标题（没有则为SKU）及总件数",
    ),
    both("Longjing-100g", "龙井100g"),
)
.or(both("your goods", "商品"));
const ITEMS: Variable =
    variable("items", ValueType::Number, 12, both("pieces in all", "总件数"), both("2", "2"));
const DUE: Variable = variable(
    "amount",
    ValueType::Amount,
    24,
    both("what the order costs before a coupon at the cashier", "订单应付金额（收银台用券之前）"),
    both("25600", "25600"),
);
const BALANCE: Variable =
    Variable { means: both("the balance to pay, before a coupon", "应付尾款（用券之前）"), ..DUE };
const PAID: Variable = Variable { means: both("what was paid in all", "实付总额"), ..DUE };
const WORTH: Variable = Variable { means: both("what the order is worth", "订单金额"), ..DUE };
const REFUND: Variable = variable(
    "refund",
    ValueType::Amount,
    24,
    both("the refund's amount", "退款金额"),
    both("12800", "12800"),
);
const DEADLINE: Variable = variable(
    "deadline",
    ValueType::Moment,
    24,
    both("the moment of the deadline, never a distance in time (A-S1-27)", "截止时刻（不写“还剩几小时”）"),
    both("2030-11-04T22:00:00", "2030-11-04T22:00:00"),
);
const LINK: Variable = variable(
    "link",
    ValueType::Link,
    200,
    both("the page where the customer goes on, at the template's own host", "订单页面链接（模板自己的域名）"),
    both("/o/20301104-0018", "/o/20301104-0018"),
);
const MATTER: Variable = variable(
    "matter",
    ValueType::Text,
    20,
    both("what the dispute is about", "维权事项"),
    both("parcel not received", "未收到货"),
);
const OFFER: Variable = variable(
    "offer",
    ValueType::Text,
    60,
    both("what is offered", "优惠内容"),
    both("20 % off new teas", "明前新茶八折"),
);

const SPRINT: Variable = variable(
    "sprint",
    ValueType::Text,
    20,
    both("the sprint's name", "冲刺计划名称"),
    both("Members' sprint", "会员冲刺计划"),
)
.or(both("the sprint", "冲刺计划"));
const MISSING: Variable = variable(
    "missing",
    ValueType::Amount,
    24,
    both("what is missing to the next threshold", "距下一门槛的差额"),
    both("5200", "5200"),
);

const REMINDER: &[Variable] = &[SHOP, ORDER, GOODS, ITEMS, DUE, DEADLINE.needed(), LINK];
const OF_BALANCE: &[Variable] = &[SHOP, ORDER, GOODS, ITEMS, BALANCE, DEADLINE.needed(), LINK];
const NOTICE: &[Variable] = &[SHOP, ORDER.needed(), GOODS, ITEMS];
const OF_PAYMENT: &[Variable] = &[SHOP, ORDER.needed(), GOODS, ITEMS, PAID];
const OF_REFUND: &[Variable] = &[SHOP, ORDER.needed(), GOODS, ITEMS, REFUND];
const TO_SUPPLIER: &[Variable] = &[SHOP, ORDER.needed(), GOODS, ITEMS, WORTH, DEADLINE];
const OF_DISPUTE: &[Variable] = &[SHOP, ORDER.needed(), GOODS, MATTER, DEADLINE];
const OF_OFFER: &[Variable] = &[SHOP, OFFER.needed(), DEADLINE, LINK];
const OF_SPRINT: &[Variable] = &[SHOP, SPRINT, MISSING, DEADLINE.needed()];
const OF_RECEIPT: &[Variable] = &[SHOP, SPRINT, DEADLINE.needed()];
const OF_PRIZE: &[Variable] = &[SHOP, SPRINT, DEADLINE];

/// The variables of a kind.
pub const fn variables(kind: Kind) -> &'static [Variable] {
    match kind {
        Kind::PaymentReminder => REMINDER,
        Kind::BalanceOpening | Kind::BalanceClosing | Kind::BalanceReminder => OF_BALANCE,
        Kind::PaymentSucceeded => OF_PAYMENT,
        Kind::Shipped | Kind::Received => NOTICE,
        Kind::RefundApproved | Kind::RefundRejected => OF_REFUND,
        Kind::SupplierOrder | Kind::PurchaseOrder => TO_SUPPLIER,
        Kind::Dispute => OF_DISPUTE,
        Kind::Marketing => OF_OFFER,
        Kind::SprintReminder => OF_SPRINT,
        Kind::SprintReceipt => OF_RECEIPT,
        Kind::SprintPrize => OF_PRIZE,
    }
}

/// The variable of that name.
pub fn find(kind: Kind, name: &str) -> Option<&'static Variable> {
    variables(kind).iter().find(|variable| variable.name == name)
}
