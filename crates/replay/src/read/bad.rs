//! Rows that cannot be read: where, what stands there, and why it does not do.
//!
//! What always holds: a row counts once however much is wrong with it or however many lines lead to it.

use super::files::Found;
use domain::Lang;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

macro_rules! bad_codes {
    ($($name:ident = $text:literal, $zh:literal, $en:literal;)+) => {
        /// Why a row was left out. The text form is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum BadCode { $(#[doc = $en] #[serde(rename = $text)] $name,)+ }

        impl BadCode {
            /// The stable text, in snake case.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
            /// What it means, in Chinese.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)+ }
            }
            /// What it means, in English.
            pub const fn en(self) -> &'static str {
                match self { $(Self::$name => $en,)+ }
            }
        }
    };
}

bad_codes! {
    FieldCount = "field_count", "列数与表头不符", "The row has another number of fields than the header";
    DigitsLost = "digits_lost", "数字超过 15 位，表格已丢失末位", "A number of more than 15 digits: the spreadsheet has dropped the last ones; keep it as text";
    CellError = "cell_error", "单元格为错误值", "The cell holds an error of the spreadsheet";
    NotUtf8 = "not_utf8", "不是该文件编码的文字", "Bytes of the text are none of the file's encoding";
    MalformedQuotes = "malformed_quotes", "引号不成对", "A quote is not closed, or something follows one that closes; of such a row only its first line is left out";
    TooLong = "too_long", "文字过长", "The text is too long";
    Required = "required", "必填项为空", "A value that is needed is empty";
    NotAnId = "not_an_id", "编号无效", "An id is 1 to 128 bytes without control characters, one of a shop 1 to 64 characters of A-Z a-z 0-9 . _ : -";
    NotATime = "not_a_time", "时间格式不符，或没有映射要求的秒", "The time is in none of the mapping's formats, or has no seconds where the mapping requires them";
    NotAnAmount = "not_an_amount", "金额无效", "The amount is not a decimal number";
    TooManyDecimals = "too_many_decimals", "金额小数位过多", "The amount has more decimals than the currency";
    NegativeAmount = "negative_amount", "金额不能为负", "An amount cannot be negative";
    OutOfRange = "out_of_range", "数值超出允许范围", "The value lies outside the allowed range";
    NotAQuantity = "not_a_quantity", "数量无效", "The quantity is not a whole number from 1 to 1000000";
    NotTrueOrFalse = "not_true_or_false", "只能为 true 或 false", "The value is neither true nor false; map it";
    NotAMethod = "not_a_method", "支付方式未知", "The payment method is none of the engine's; map it";
    NotASource = "not_a_source", "下单渠道无效", "The source is empty or longer than 64 characters";
    NotACategory = "not_a_category", "品类无效", "The category is longer than 128 bytes, or holds a control character";
    NotInMap = "not_in_map", "取值不在映射表中", "The value map does not name this value";
    NoMatch = "no_match", "找不到对应的行", "The other table has no row of this key";
    NoLine = "no_line", "没有一行明细属于它", "No line leads to this row, in a table that is said to be complete: its lines are in no file";
    DuplicateKey = "duplicate_key", "键重复", "Another row has this key";
    DuplicateLine = "duplicate_line", "订单行重复", "The order has a line of this id already";
    DuplicateOrder = "duplicate_order", "订单号重复", "Another order of the shop has this id";
    DiffersInOrder = "differs_in_order", "同一订单的信息不一致", "The row says other things of the order than its first row";
    ZeroQuantity = "zero_quantity", "数量为 0，该行不计", "A line of no units; the line is left out, the order counts";
    NegativeQuantity = "negative_quantity", "数量为负（退货行）", "A line of negative units tells of a return, not of what was ordered";
    DiscountTooLarge = "discount_too_large", "优惠超过订单金额", "The discount rows come to more than the order's lines";
    NothingLeft = "nothing_left", "订单没有商品行", "No line is left of the order";
    MaybeRepeated = "maybe_repeated", "可能是重复行，按一次计，结果不作最终", "Rows alike in several files, or apart in one, may be one row told twice, or units; they count once, and nothing that depends on it is final";
    MaybeDoubled = "maybe_doubled", "文件里每一行都出现多次，可能重复导出，结果不作最终", "Every row of the file stands there several times: an export told twice, or units; they count as they stand, and nothing that depends on them is final";
    TimeTwice = "time_twice", "当地的钟拨回过，这个时间有两次，按第一次计，受它影响的名次不作最终", "The clock was set back: the zone has this time twice; the first counts, and no rank that depends on it is final";
    TimeSkipped = "time_skipped", "当地的钟拨快过，没有这个时间，按拨快之后计，受它影响的名次不作最终", "The clock was set forward: the zone never has this time; the moment behind it counts, and no rank that depends on it is final";
    DatesMixed = "dates_mixed", "一列里有的是日期单元格，有的是文字：表格软件可能把日月颠倒了，结果不作最终", "Some dates of the column are cells and some are text: a spreadsheet may have turned day and month round in the cells, and nothing is final; take the file as it was downloaded";
    CutOff = "cut_off", "文件在这一行中间断了，后面还有多少行没人知道，结果不作最终：请重新下载", "The file breaks off in this row, and nobody knows what followed; nothing is final: download it again";
    TooManyLines = "too_many_lines", "订单行数过多", "The order has more lines than the engine takes";
    PaidBeforePlaced = "paid_before_placed", "支付早于下单", "The order was paid before it was placed";
}

impl BadCode {
    /// Whether nobody can tell what is right: of a row that is used, or of what should follow it.
    pub const fn is_doubt(self) -> bool {
        matches!(self, Self::MaybeRepeated | Self::MaybeDoubled | Self::DatesMixed | Self::CutOff)
    }

    /// Whether it is of a time that the zone has twice or never: in doubt for an hour, which matters where ranks depend on
    /// it.
    pub const fn is_of_time(self) -> bool {
        matches!(self, Self::TimeTwice | Self::TimeSkipped)
    }
}

impl fmt::Display for BadCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct BadRow {
    /// The file's name.
    pub file: String,
    /// Its row, as a spreadsheet counts: the header is row 1.
    pub row: u64,
    /// The column, or the key of the mapping for what is no column.
    pub column: String,
    /// What stands there, cut to 80 characters.
    pub value: String,
    /// Why it does not do.
    pub code: BadCode,
    /// Its order, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

impl BadRow {
    /// In words, for a terminal.
    pub(crate) fn told(&self, lang: Lang) -> String {
        let Self { file, row, column, value, code, .. } = self;
        match lang {
            Lang::En => format!("{file} row {row}, {column}: {value:?}: {} ({code})", code.en()),
            Lang::Zh => format!("{file} 第 {row} 行，{column}：{value:?}：{}（{code}）", code.zh()),
        }
    }
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Lang::En))
    }
}

/// A place in the export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct RowAt {
    pub file: usize,
    pub row: u64,
}

/// What is wrong with a cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Fault {
    pub at: RowAt,
    pub column: String,
    pub value: String,
    pub code: BadCode,
}

/// The bad rows so far, and notes on rows that lose nothing.
pub(super) struct Bad<'f> {
    found: &'f Found,
    seen: BTreeSet<RowAt>,
    by_code: BTreeMap<BadCode, u64>,
    notes: BTreeMap<BadCode, u64>,
    /// Rows by which a whole file is in doubt.
    files: Vec<(RowAt, BadCode)>,
    /// Rows of the lines' table among `seen`.
    lines: u64,
    details: BTreeMap<RowAt, BadRow>,
    /// As many are reported one by one.
    limit: usize,
}

impl<'f> Bad<'f> {
    pub fn new(found: &'f Found, limit: usize) -> Self {
        Self {
            found,
            limit,
            seen: BTreeSet::new(),
            by_code: BTreeMap::new(),
            notes: BTreeMap::new(),
            files: Vec::new(),
            lines: 0,
            details: BTreeMap::new(),
        }
    }

    /// Names a row that was left out.
    pub fn add(&mut self, fault: Fault) {
        self.add_of(fault, None);
    }

    /// The same with the order that it belongs to.
    pub fn add_of(&mut self, fault: Fault, order: Option<&str>) {
        if !self.seen.insert(fault.at) {
            return;
        }
        self.lines += u64::from(self.found.0[fault.at.file].table == 0);
        *self.by_code.entry(fault.code).or_default() += 1;
        self.detail(fault, order);
    }

    /// Tells of a row by which nothing is lost.
    pub fn note(&mut self, fault: Fault, order: Option<&str>) {
        *self.notes.entry(fault.code).or_default() += 1;
        self.detail(fault, order);
    }

    /// Tells of a row by which nobody knows what of its file is right. It is told of the row in place of anything else.
    pub fn doubt_file(&mut self, fault: Fault) {
        self.files.push((fault.at, fault.code));
        self.details.remove(&fault.at);
        self.note(fault, None);
    }

    /// Rows by which whole files are in doubt.
    pub fn files_in_doubt(&self) -> &[(RowAt, BadCode)] {
        &self.files
    }

    fn detail(&mut self, fault: Fault, order: Option<&str>) {
        if self.details.len() < self.limit {
            let bad = BadRow {
                file: self.found.name(fault.at.file).to_owned(),
                row: fault.at.row,
                column: fault.column,
                value: fault.value.chars().take(80).collect(),
                code: fault.code,
                order: order.map(str::to_owned),
            };
            self.details.entry(fault.at).or_insert(bad);
        }
    }

    /// Says which order a row may belong to, once that is known.
    pub fn belongs_to(&mut self, at: RowAt, order: &str) {
        if let Some(row) = self.details.get_mut(&at) {
            row.order.get_or_insert_with(|| order.to_owned());
        }
    }

    /// Rows of the lines' table that were named as left out.
    pub fn line_rows(&self) -> u64 {
        self.lines
    }

    pub fn into_rows(self) -> BadRows {
        let mut details: Vec<BadRow> = self.details.into_values().collect();
        details.sort();
        BadRows { count: self.seen.len() as u64, by_code: self.by_code, notes: self.notes, details }
    }
}

/// The bad rows of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadRows {
    /// All of them.
    pub count: u64,
    /// The same by reason.
    pub by_code: BTreeMap<BadCode, u64>,
    /// Rows that are told and by which nothing is lost, by reason.
    pub notes: BTreeMap<BadCode, u64>,
    /// The first of both, by file and row.
    pub details: Vec<BadRow>,
}
