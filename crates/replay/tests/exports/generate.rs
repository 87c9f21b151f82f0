//! Invented orders of a shop, as its export tells them: a row for each line, the order's own columns on each.
//!
//! What always holds: times are seconds on the shop's wall, amounts fen. Two rows of one order may be alike in every
//! column that the mapping names, and without numbers of sub-orders in all of them.

use crate::dice::Dice;
use std::collections::BTreeSet;

/// 2023-10-20 20:00:00, when the sale begins.
pub const SALE: i64 = 1_697_832_000;
/// 2023-11-01 00:00:00, when gifts are decided; the activity of the gifts ends then.
pub const ACTIVATION: i64 = 1_698_796_800;
/// 2023-11-02 00:00:00, when balances may be paid.
const OPENS: i64 = ACTIVATION + DAY;
const DAY: i64 = 86_400;

/// An order in truth.
#[derive(Debug, Clone)]
pub struct Sale {
    pub number: String,
    pub buyer: String,
    pub ordered: i64,
    pub paid: Option<i64>,
    /// When its balance may be paid, where it has one.
    pub opens: Option<i64>,
    pub balance: Option<i64>,
    pub closed: Option<i64>,
    pub freight: i64,
    pub message: String,
    pub note: String,
    pub items: Vec<Item>,
}

/// A line of it.
#[derive(Debug, Clone)]
pub struct Item {
    pub sub: String,
    pub sku: String,
    pub title: String,
    pub quantity: u64,
    pub price: i64,
}

/// A cell of the export, before somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    Text(String),
    /// Digits that are no number: of an order.
    Digits(String),
    Count(u64),
    Fen(i64),
    Time(Option<i64>),
}

/// The export as it should be.
#[derive(Debug, Clone)]
pub struct Table {
    pub sales: Vec<Sale>,
    pub headings: Vec<&'static str>,
    /// Whether the mapping is told which column numbers the lines.
    pub line_ids: bool,
    /// The sale of each row, and its cells.
    pub rows: Vec<(usize, Vec<Cell>)>,
}

pub const ORDER: &str = "订单编号";
pub const SUB: &str = "子订单编号";
pub const PRICE: &str = "单价";
pub const AMOUNT: &str = "商品金额";
pub const COUNT: &str = "购买数量";
pub const ORDERED: &str = "订单创建时间";
pub const PAID: &str = "付款时间";
/// What stands on the lines; all else is the order's own, and the same on its rows.
const OF_LINES: [&str; 6] = [SUB, "商家编码", "商品标题", COUNT, PRICE, AMOUNT];

const SURNAMES: [&str; 8] = ["张", "王", "李", "赵", "陈", "欧阳", "t", "𠮷"];
const GOODS: [(&str, i64); 8] = [
    ("TEA-250", 5_900),
    ("红茶 250g/罐", 12_950),
    ("杯子(大)", 129_900),
    ("0012", 1),
    ("茶具 套装 A", 100_000_000),
    ("K#1", 30_000),
    ("绿茶、礼盒", 7_505),
    ("🍵x", 10_000),
];
/// None of several lines holds a separator: in the column before the second a line of it would have the cells of the
/// heading on its own, and be named as doubtful.
const REMARKS: [&str; 10] = [
    "",
    "请尽快发货,谢谢",
    "说\"要红色\"的",
    "第一行\n第二行",
    "a;b,c\td",
    "'别放门口",
    "两行\r\n换行\"引号\"",
    "=不是公式",
    "🎁 生日礼物",
    "\"\"",
];

impl Table {
    pub fn new(dice: &mut Dice) -> Self {
        let with_subs = dice.chance(60);
        let count = 3 + dice.below(14);
        let mut numbers = BTreeSet::new();
        while numbers.len() < count {
            numbers.insert(number(dice));
        }
        let mut numbers: Vec<String> = numbers.into_iter().collect();
        dice.shuffle(&mut numbers);
        let sales: Vec<Sale> = numbers.into_iter().map(|number| Sale::new(number, dice)).collect();
        let mut headings = vec![ORDER, SUB, "买家昵称", "商家编码", "商品标题", COUNT, PRICE, AMOUNT, "运费"];
        headings.extend([
            ORDERED,
            PAID,
            "尾款开放时间",
            "付尾款时间",
            "订单关闭时间",
            "买家留言",
            "商家备注",
        ]);
        headings.retain(|heading| with_subs || *heading != SUB);
        let mut rows = Vec::new();
        for (at, sale) in sales.iter().enumerate() {
            for item in &sale.items {
                let cells = headings.iter().map(|heading| sale.cell(item, heading)).collect();
                rows.push((at, cells));
            }
        }
        Self { sales, headings, line_ids: with_subs && dice.chance(50), rows }
    }

    /// Where a column stands.
    pub fn column(&self, heading: &str) -> usize {
        self.headings.iter().position(|known| *known == heading).expect("the table has the column")
    }

    /// Whether a column is the order's own.
    pub fn is_of_order(&self, column: usize) -> bool {
        !OF_LINES.contains(&self.headings[column])
    }

    /// Whether a column says what was bought, as the mapping reads it.
    pub fn is_of_goods(&self, column: usize) -> bool {
        ["商家编码", COUNT, AMOUNT].contains(&self.headings[column])
    }
}

/// 15 to 19 digits; most have 19, and several begin alike.
fn number(dice: &mut Dice) -> String {
    let start = dice.pick(&["3372915542", "3372915542", "3372915", "29"]);
    format!("{start}{:09}", dice.below(1_000_000_000)) + dice.pick(&["", "", "7"])
}

impl Sale {
    fn new(number: String, dice: &mut Dice) -> Self {
        let ordered = SALE + dice.pick(&[0, 0, 1, 2, 60, -2 * DAY]) + dice.under(4);
        let two_stages = dice.chance(40);
        let paid = match dice.below(10) {
            0 | 1 => None,
            2 => Some(ACTIVATION + dice.under(5 * DAY)),
            3 => Some(SALE + DAY + dice.under(DAY)),
            _ => Some(ordered + 1 + dice.under(4)),
        };
        let opens = two_stages.then_some(OPENS);
        let due = paid.filter(|_| two_stages && dice.chance(70));
        let balance = due.map(|paid| paid.max(OPENS) + 1 + dice.under(2 * DAY));
        let last = balance.or(paid).unwrap_or(ordered);
        let closed = match dice.below(12) {
            0 => Some(last + 60),
            1 => Some(last.max(ACTIVATION) + 600),
            _ => None,
        };
        let count = dice.pick(&[1, 1, 1, 2, 2, 3, 5]);
        let mut items: Vec<Item> = Vec::new();
        for at in 0..count {
            let fresh = Item::new(dice);
            // Two of the same, on rows of their own.
            let again = items.last().filter(|_| dice.chance(35)).cloned();
            items.push(Item { sub: format!("{number}{at}"), ..again.unwrap_or(fresh) });
        }
        let buyer = match dice.pick(&SURNAMES) {
            "t" => format!("t***{}", dice.below(5)),
            surname => format!("{surname}**{}", dice.below(3)),
        };
        Self {
            number,
            buyer,
            ordered,
            paid,
            opens,
            balance,
            closed,
            freight: dice.pick(&[0, 0, 800, 1_250]),
            message: dice.pick(&REMARKS).to_owned(),
            note: dice.pick(&REMARKS).to_owned(),
            items,
        }
    }

    fn cell(&self, item: &Item, heading: &str) -> Cell {
        match heading {
            ORDER => Cell::Digits(self.number.clone()),
            SUB => Cell::Digits(item.sub.clone()),
            "买家昵称" => Cell::Text(self.buyer.clone()),
            "商家编码" => Cell::Text(item.sku.clone()),
            "商品标题" => Cell::Text(item.title.clone()),
            COUNT => Cell::Count(item.quantity),
            PRICE => Cell::Fen(item.price),
            AMOUNT => Cell::Fen(item.amount()),
            "运费" => Cell::Fen(self.freight),
            ORDERED => Cell::Time(Some(self.ordered)),
            PAID => Cell::Time(self.paid),
            "尾款开放时间" => Cell::Time(self.opens),
            "付尾款时间" => Cell::Time(self.balance),
            "订单关闭时间" => Cell::Time(self.closed),
            "买家留言" => Cell::Text(self.message.clone()),
            "商家备注" => Cell::Text(self.note.clone()),
            other => unreachable!("no column {other}"),
        }
    }
}

impl Item {
    fn new(dice: &mut Dice) -> Self {
        // The same goods have the same price, so that lines of them can be told as one.
        let (sku, price) = dice.pick(&GOODS);
        let sku = sku.to_owned();
        let title = format!("{}{sku}", dice.pick(&["【双11】", "新品, ", "", "5\" "]));
        Self { sub: String::new(), sku, title, quantity: 1 + dice.below(5) as u64, price }
    }

    pub fn amount(&self) -> i64 {
        self.price * i64::try_from(self.quantity).expect("a small quantity")
    }
}
