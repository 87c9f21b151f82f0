//! A field and what it may hold. Constants of a form are made of these.

use crate::{Code, Sentence, limits, sentence};
use money::Money;
use serde_json::Value;

/// A text for people, in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the languages")]
pub struct Words {
    pub en: &'static str,
    pub zh: &'static str,
}

impl Words {
    /// A text in both languages.
    pub const fn new(en: &'static str, zh: &'static str) -> Self {
        Self { en, zh }
    }
}

/// A field of a form.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// What it may hold.
    pub of: Type,
    /// What follows where it is left out.
    pub need: Need,
    /// Why it stays as it is once the campaign is published; `None` where it may change.
    pub fixed: Option<Fixed>,
    /// Its name for people.
    pub label: Words,
    /// What it does, as a sentence.
    pub help: Words,
}

/// A field stays as it is once the campaign is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixed {
    /// Why.
    pub reason: Words,
    /// What it may be changed to all the same.
    pub unless: Unless,
}

/// What a fixed field may be changed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unless {
    /// Nothing.
    Never,
    /// Its default, and from there to nothing else.
    Default,
}

/// What follows where a field is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The form is refused.
    Required,
    /// There is none; `null` says the same.
    Optional,
    /// It is this, as JSON.
    Default(&'static str),
}

/// What a field may hold.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// A whole number.
    Whole(Whole),
    /// An amount of money, in minor units.
    Money(Amount),
    /// A part of an amount, to a hundredth of a percent: `20` or `"12.5"`.
    Percent,
    /// A factor as decimal text: `"2.5"`.
    Factor,
    /// Yes or no.
    Flag,
    /// One of some words.
    Choice(&'static [Choice]),
    /// Free text.
    Text(Text),
    /// A SKU: an id of the platform's own.
    Id,
    /// A moment, as RFC 3339.
    Moment,
    /// An object with fields of its own.
    Object(&'static [Field]),
    /// Several of the same.
    List(List),
}

/// A word that a field may hold, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The word.
    pub word: &'static str,
    /// What it says, for people.
    pub label: Words,
}

impl Choice {
    /// A word and what it says, in English and in Chinese.
    pub const fn new(word: &'static str, en: &'static str, zh: &'static str) -> Self {
        Self { word, label: Words::new(en, zh) }
    }
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Unit {
    Minutes,
    Hours,
    Percent,
    Coupons,
    Pieces,
    Orders,
    Points,
}

impl Unit {
    /// Its name for people.
    pub const fn label(self) -> Words {
        match self {
            Self::Minutes => Words::new("minutes", "分钟"),
            Self::Hours => Words::new("hours", "小时"),
            Self::Percent => Words::new("%", "%"),
            Self::Coupons => Words::new("coupons", "张"),
            Self::Pieces => Words::new("pieces", "件"),
            Self::Orders => Words::new("orders", "单"),
            Self::Points => Words::new("points", "个百分点"),
        }
    }
}

/// What breaks a limit: the code, and the limit in figures.
pub type Fault = (Code, Sentence);

/// Limits of a whole number, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Whole {
    pub least: i64,
    pub most: i64,
    pub unit: Option<Unit>,
}

impl Whole {
    /// What is wrong with a number.
    pub fn fault(&self, number: i128) -> Option<Fault> {
        let within = (i128::from(self.least)..=i128::from(self.most)).contains(&number);
        (!within).then(|| (Code::OutOfRange, format!("{} to {}", self.least, self.most).into()))
    }
}

/// Limits of an amount, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// The smallest one.
    pub least: i64,
    /// The largest one; `None` where another field bounds it.
    pub most: Option<i64>,
}

impl Amount {
    /// From so much up to the largest amount that there is.
    pub const fn from(least: i64) -> Self {
        Self { least, most: Some(limits::AMOUNT_MINOR) }
    }
    /// The same without an upper limit of its own.
    pub const fn open(self) -> Self {
        Self { most: None, ..self }
    }
    /// What is wrong with so much.
    pub fn fault(&self, minor: i128) -> Option<Fault> {
        let money = |limit: i64| Money::from_minor(limit);
        if minor < i128::from(self.least) {
            return Some((Code::OutOfRange, sentence!["at least ", money(self.least)]));
        }
        let most = self.most.filter(|most| minor > i128::from(*most))?;
        Some((Code::OutOfRange, sentence!["at most ", money(most)]))
    }
    /// Whether an amount lies within the limits, so that it can be compared with others.
    pub fn holds(&self, amount: Money) -> bool {
        self.fault(i128::from(amount.minor())).is_none()
    }
}

/// Limits of a text, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Text {
    pub least: usize,
    /// `None` where only the size of a request bounds it.
    pub most: Option<usize>,
}

impl Text {
    /// What is wrong with a text: its length, or a control character where its length is bounded.
    pub fn fault(&self, text: &str) -> Option<Fault> {
        let most = self.most?;
        let fits = (self.least..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        let message = || format!("{} to {most} characters, none of them a control character", self.least);
        (!fits).then(|| (Code::InvalidValue, message().into()))
    }
}

/// A list and how long it may be.
#[derive(Debug, Clone, Copy)]
pub struct List {
    /// What each place holds.
    pub of: &'static Type,
    /// The fewest.
    pub least: usize,
    /// The most.
    pub most: usize,
    /// What another number is refused with.
    pub beyond: Code,
}

impl List {
    /// What is wrong with a list of that name and length.
    pub fn fault(&self, name: &str, length: usize) -> Option<Fault> {
        if (self.least..=self.most).contains(&length) {
            return None;
        }
        let range = if self.least == 0 { "at most".to_owned() } else { format!("{} to", self.least) };
        Some((self.beyond, format!("{range} {} {name}", self.most).into()))
    }
}

impl Type {
    /// A word for it, by which a form knows how to show the field.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Whole(_) => "whole",
            Self::Money(_) => "money",
            Self::Percent => "percent",
            Self::Factor => "factor",
            Self::Flag => "flag",
            Self::Choice(_) => "choice",
            Self::Text(_) => "text",
            Self::Id => "id",
            Self::Moment => "moment",
            Self::Object(_) => "object",
            Self::List(_) => "list",
        }
    }
    /// How it is written in JSON, where its limits do not tell.
    pub const fn written(&self) -> Option<Words> {
        match self {
            Self::Money(_) => Some(Words::new("in minor units (fen)", "单位：分")),
            Self::Percent => Some(Words::new(
                "as a whole number 1 to 100, or as text such as \"12.5\"",
                "1 到 100 的整数，或 \"12.5\" 这样的文本",
            )),
            Self::Factor => Some(Words::new(
                "as decimal text such as \"3\" or \"2.5\"",
                "\"3\"、\"2.5\" 这样的十进制文本",
            )),
            Self::Id => Some(Words::new(
                "as the platform writes it, in 1 to 128 bytes without control characters and blanks at its ends",
                "与平台上的写法一致，1 到 128 个字节，不含控制字符，首尾不留空格",
            )),
            Self::Moment => Some(Words::new(
                "as RFC 3339 with an offset, e.g. 2030-06-10T12:00:00+08:00",
                "带时区的 RFC 3339，如 2030-06-10T12:00:00+08:00",
            )),
            Self::Whole(_)
            | Self::Flag
            | Self::Choice(_)
            | Self::Text(_)
            | Self::Object(_)
            | Self::List(_) => None,
        }
    }
    /// A whole number from the least to the most.
    pub const fn whole(least: i64, most: i64) -> Self {
        Self::Whole(Whole { least, most, unit: None })
    }
    /// The same, counting something.
    pub const fn count(least: i64, most: i64, unit: Unit) -> Self {
        Self::Whole(Whole { least, most, unit: Some(unit) })
    }
    /// At least one of these, and so many at most.
    pub const fn some(of: &'static Type, most: usize) -> Self {
        Self::List(List { of, least: 1, most, beyond: Code::OutOfRange })
    }
    /// So many of these at most; more are refused with that code.
    pub const fn up_to(of: &'static Type, most: usize, beyond: Code) -> Self {
        Self::List(List { of, least: 0, most, beyond })
    }
}

impl Field {
    /// A field that must be there.
    pub const fn required(name: &'static str, of: Type) -> Self {
        Self {
            name,
            of,
            need: Need::Required,
            fixed: None,
            label: Words::new("", ""),
            help: Words::new("", ""),
        }
    }
    /// A field that may be left out; then there is none.
    pub const fn optional(name: &'static str, of: Type) -> Self {
        Self { need: Need::Optional, ..Self::required(name, of) }
    }
    /// A field that is this, as JSON, where it is left out.
    pub const fn default(name: &'static str, of: Type, json: &'static str) -> Self {
        Self { need: Need::Default(json), ..Self::required(name, of) }
    }
    /// Its name for people, in English and in Chinese.
    pub const fn label(self, en: &'static str, zh: &'static str) -> Self {
        Self { label: Words::new(en, zh), ..self }
    }
    /// What it does, in English and in Chinese.
    pub const fn help(self, en: &'static str, zh: &'static str) -> Self {
        Self { help: Words::new(en, zh), ..self }
    }
    /// It stays as it is once the campaign is published, for that reason.
    pub const fn fixed(self, en: &'static str, zh: &'static str) -> Self {
        Self { fixed: Some(Fixed { reason: Words::new(en, zh), unless: Unless::Never }), ..self }
    }
    /// The same, but it may be given up for its default.
    pub const fn fixed_but_default(self, en: &'static str, zh: &'static str) -> Self {
        Self { fixed: Some(Fixed { reason: Words::new(en, zh), unless: Unless::Default }), ..self }
    }
    /// Its default; `None` where it has none.
    pub fn default_value(&self) -> Option<Value> {
        let Need::Default(json) = self.need else { return None };
        serde_json::from_str(json).ok()
    }
}
