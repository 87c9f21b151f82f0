//! When a promotion works beside what it asks of the goods in scope: what else is in the cart, which order of the customer
//! it is, how and where it is paid and sent, on which days and hours.

use crate::campaign::field::{Amount, Choice, Field, Filled, Gauge, Text, Type, Unit};
use crate::campaign::hours::{DAYS, Day, Hours};
use crate::{Code, Sku, Violation, catalog::Category, limits, order::Method};
use money::Money;
use serde::{Deserialize, Serialize};

/// Conditions; all of those that are given have to hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// The cart has these goods too, discounted or not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Others>,
    /// The goods in scope cost no more than this, after earlier steps; minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spend_most: Option<Money>,
    /// It is the customer's n-th order, from this one
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_from: Option<u64>,
    /// to this one, both included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_to: Option<u64>,
    /// It is paid by one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Method>,
    /// It is placed in one of these channels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// It is sent to one of these regions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// It is sent by one of these ways.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shipping_methods: Vec<String>,
    /// On one of these days, by the shop's clock.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// In one of these parts of a day, by the shop's clock.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<Hours>,
}

/// Goods that the cart has too: so many pieces of them, or so much of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Others {
    /// These SKUs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skus: Vec<Sku>,
    /// All goods of these categories, of any level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    /// So many pieces of them; one where neither this nor an amount is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u64>,
    /// They cost so much, after earlier steps; minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<Money>,
}

impl When {
    /// Appends what does not go together; `at` leads to the conditions.
    pub fn check_together(&self, at: &str, found: &mut Vec<Violation>) {
        for (index, others) in self.others.iter().enumerate() {
            if others.skus.is_empty() && others.categories.is_empty() {
                let field = format!("{at}.others[{index}].skus");
                found.push(Violation::with(field, Code::Required, "SKUs or categories"));
            }
        }
        if self.order_from.zip(self.order_to).is_some_and(|(from, to)| to < from) {
            found.push(Violation::with(format!("{at}.order_to"), Code::OutOfRange, "not before order_from"));
        }
        for (index, hours) in self.hours.iter().enumerate() {
            if hours.minutes().is_none() {
                let message = "from and to as HH:MM, to after from, 24:00 at most";
                found.push(Violation::with(format!("{at}.hours[{index}]"), Code::InvalidValue, message));
            }
        }
    }
}

const WORDS: Type =
    Type::up_to(&Type::Text(Text { least: 1, most: Some(64) }), limits::SEGMENTS, Code::TooMany);

const METHODS: &[Choice] = &[
    Choice::new("jd_pay", "JD Pay", "京东支付"),
    Choice::new("baitiao", "Baitiao", "白条"),
    Choice::new("wechat", "WeChat Pay", "微信支付"),
    Choice::new("alipay", "Alipay", "支付宝"),
    Choice::new("card", "bank card", "银行卡"),
];

/// Which order of a customer: a count.
const NTH: Type = Type::count(1, limits::LINE_QUANTITY.cast_signed(), Unit::Orders);

impl Filled for Others {
    const FIELDS: &'static [Field] = &[
        Field::default("skus", Type::up_to(&Type::Id, limits::SCOPE_SKUS, Code::TooMany), "[]")
            .label("Goods", "商品")
            .help("These SKUs.", "指定 SKU。"),
        Field::default("categories", Type::up_to(&Type::Id, limits::SCOPE_CATEGORIES, Code::TooMany), "[]")
            .label("Categories", "类目")
            .help("All goods of these categories, of any level.", "这些类目（任一级）的全部商品。"),
        Field::optional("quantity", Type::count(1, limits::LINE_QUANTITY.cast_signed(), Unit::Pieces))
            .label("Pieces", "件数")
            .help(
                "So many pieces of them; one where neither this nor an amount is given.",
                "须有的件数；件数与金额均不填时为一件。",
            ),
        Field::optional("spend", Type::Money(Amount::from(1)))
            .label("Amount", "金额")
            .help("They cost so much, after earlier steps.", "经前面各步优惠后，这些商品须达到的金额。"),
    ];
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.length("skus", self.skus.len());
        gauge.length("categories", self.categories.len());
        gauge.wholes("quantity", self.quantity);
        gauge.money("spend", self.spend);
    }
}

impl Filled for When {
    const FIELDS: &'static [Field] = &[
        Field::default(
            "others",
            Type::up_to(&Type::Object(Others::FIELDS), limits::GROUP_GOODS, Code::TooMany),
            "[]",
        )
        .label("Other goods", "同时购买")
        .help("The cart has these goods too.", "购物车中须同时有这些商品。"),
        Field::optional("spend_most", Type::Money(Amount::from(0))).label("At most", "金额上限").help(
            "The goods in scope cost no more than this, after earlier steps.",
            "经前面各步优惠后，范围内商品不超过该金额。",
        ),
        Field::optional("order_from", NTH).label("From the n-th order", "自第几单").help(
            "It is this order of the customer or a later one; 1 is the first.",
            "顾客的第几单起，1 为首单。",
        ),
        Field::optional("order_to", NTH)
            .label("To the n-th order", "至第几单")
            .help("It is this order of the customer or an earlier one.", "至顾客的第几单为止，含该单。"),
        Field::default("methods", Type::up_to(&Type::Choice(METHODS), 5, Code::TooMany), "[]")
            .label("Payment methods", "支付方式")
            .help("It is paid by one of these; empty for any.", "仅限这些支付方式；为空则不限。"),
        Field::default("sources", WORDS, "[]").label("Channels", "下单渠道").help(
            "It is placed there: app, pc, mini_program or a word of your own; empty for any.",
            "仅限这些渠道：app、pc、mini_program 或自定义；为空则不限。",
        ),
        Field::default("regions", WORDS, "[]").label("Regions", "收货地区").help(
            "It is sent there, by your own words; empty for any.",
            "仅限寄往这些地区，名称自定；为空则不限。",
        ),
        Field::default("shipping_methods", WORDS, "[]").label("Ways of shipping", "配送方式").help(
            "It is sent that way, by your own words; empty for any.",
            "仅限这些配送方式，名称自定；为空则不限。",
        ),
        Field::default("days", Type::up_to(&Type::Choice(DAYS), 7, Code::TooMany), "[]")
            .label("Days", "星期")
            .help(
                "On these days, by the shop's clock; empty for all.",
                "仅限这些星期，按店铺时区；为空则不限。",
            ),
        Field::default("hours", Type::up_to(&Type::Object(Hours::FIELDS), 12, Code::TooMany), "[]")
            .label("Hours", "时段")
            .help(
                "In these hours, by the shop's clock; empty for all.",
                "仅限这些时段，按店铺时区；为空则不限。",
            ),
    ];
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.objects("others", &self.others);
        gauge.money("spend_most", self.spend_most);
        gauge.wholes("order_from", self.order_from);
        gauge.wholes("order_to", self.order_to);
        gauge.length("methods", self.methods.len());
        gauge.texts("sources", &self.sources);
        gauge.texts("regions", &self.regions);
        gauge.texts("shipping_methods", &self.shipping_methods);
        gauge.length("days", self.days.len());
        gauge.length("hours", self.hours.len());
    }
}
