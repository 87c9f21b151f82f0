//! How a send ended, in words that say what the writer must do. No provider's code stands here: each provider has a
//! table of its own.

use std::time::Duration;

/// The longest that a provider may ask us to wait: a day. What it asks beyond that is not believed.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// How a send ended (A-S2-12, A-S2-18).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The provider took it: the reserved segments are spent.
    Accepted {
        /// The provider's id, if it gives one (`BizId`, `SerialNo`, `msgid`).
        provider_id: Option<String>,
        /// How many segments the provider says it is, where it says so.
        segments: Option<u32>,
    },
    /// The provider will not take it, now or later: the reserved segments are free again.
    Refused {
        /// Whose matter it is.
        class: Class,
        /// The provider's code, or ours (`http_400`).
        code: String,
        /// What the provider said, in at most 300 characters.
        detail: String,
    },
    /// It was certainly not taken, and may be later.
    Later {
        /// Whose matter it is.
        class: Class,
        /// The provider's code, or ours.
        code: String,
        /// When it may be tried again.
        not_before: Window,
    },
    /// It may have been taken or not: never sent again by a sender that does not deduplicate, but asked after.
    Unknown {
        /// What happened, such as `timeout`.
        code: String,
    },
}

/// Whose matter it is that a message was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// This number has had enough for now.
    Throttled,
    /// The account has reached its cap of the day, of the month, or of requests: the channel pauses.
    AccountCap,
    /// The provider's balance is used up: the channel pauses.
    Money,
    /// The key, its rights, our address or our clock: the operator must mend it, and the channel pauses.
    Access,
    /// The template or the signature is not, or not any more, approved.
    Template,
    /// The person cannot be reached, or does not want to be.
    Person(Person),
    /// The provider had a bad moment.
    Transient,
    /// This text or these values.
    Content,
}

/// Why a person gets nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Person {
    /// No such number, openid or mailbox.
    Unreachable,
    /// Their number is abroad, and reads as another one in the form that the provider takes.
    Foreign,
    /// They opted out: to be written into the ledger of consent.
    OptedOut,
    /// The grant of a subscription message is spent or was never given (A-S2-20).
    GrantSpent,
}

impl Class {
    /// Whether a message after this one fares the same, so that the whole channel waits.
    pub const fn pauses(self) -> bool {
        match self {
            Self::AccountCap | Self::Money | Self::Access => true,
            Self::Throttled | Self::Template | Self::Person(_) | Self::Transient | Self::Content => false,
        }
    }

    /// A stable name, for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::AccountCap => "account_cap",
            Self::Money => "money",
            Self::Access => "access",
            Self::Template => "template",
            Self::Person(Person::Unreachable) => "unreachable",
            Self::Person(Person::Foreign) => "foreign_number",
            Self::Person(Person::OptedOut) => "opted_out",
            Self::Person(Person::GrantSpent) => "grant_spent",
            Self::Transient => "transient",
            Self::Content => "content",
        }
    }
}

/// When something may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// By our own schedule: nobody named a time.
    Schedule,
    /// When the minute is over.
    Minute,
    /// When the hour is over.
    Hour,
    /// When the day is over. Providers count natural days or 24 hours, and say both: 24 hours are never too early.
    Day,
    /// After so many seconds, as the provider asked (`Retry-After`).
    Seconds(u64),
}

impl Window {
    /// How long it is, a day at most; `None` where our own schedule says.
    pub fn length(self) -> Option<Duration> {
        match self {
            Self::Schedule => None,
            Self::Minute => Some(Duration::from_mins(1)),
            Self::Hour => Some(Duration::from_hours(1)),
            Self::Day => Some(LONGEST_WAIT),
            Self::Seconds(seconds) => Some(Duration::from_secs(seconds).min(LONGEST_WAIT)),
        }
    }
}

impl SendOutcome {
    /// Taken, with nothing said about it.
    pub const fn accepted() -> Self {
        Self::Accepted { provider_id: None, segments: None }
    }

    /// Not taken, and nobody knows why or until when.
    pub fn later(code: impl Into<String>) -> Self {
        Self::Later { class: Class::Transient, code: code.into(), not_before: Window::Schedule }
    }

    /// Perhaps taken.
    pub fn unknown(code: impl Into<String>) -> Self {
        Self::Unknown { code: code.into() }
    }

    /// Not taken for good.
    pub fn refused(class: Class, code: impl Into<String>, detail: &str) -> Self {
        Self::Refused { class, code: code.into(), detail: said(detail) }
    }

    /// The class that makes the channel pause, if it is one.
    pub const fn pause(&self) -> Option<Class> {
        match self {
            Self::Later { class, .. } | Self::Refused { class, .. } if class.pauses() => Some(*class),
            Self::Accepted { .. } | Self::Refused { .. } | Self::Later { .. } | Self::Unknown { .. } => None,
        }
    }
}

/// What a provider said: short, on one line, and without numbers that may be phones.
pub(crate) fn said(text: &str) -> String {
    let mut shown = String::new();
    let mut digits = String::new();
    for sign in text.chars().filter(|sign| !sign.is_control()).take(300).chain(['\0']) {
        if sign.is_ascii_digit() {
            digits.push(sign);
            continue;
        }
        shown.push_str(if digits.len() < 7 { &digits } else { "****" });
        digits.clear();
        shown.push(sign);
    }
    shown.pop();
    shown
}

/// An id of a provider, short and on one line.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_control()).take(128).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_says_holds_no_phone() {
        for (words, shown) in [
            ("13800138000 is wrong", "**** is wrong"),
            ("code 60008,\nPermits:10", "code 60008,Permits:10"),
            ("+8613800138000", "+****"),
            ("", ""),
        ] {
            assert_eq!(said(words), shown);
        }
        assert_eq!(said(&"字".repeat(400)).chars().count(), 300);
    }
}
