//! How a message travels: what it costs, what its provider said, and what came of it (A-S2-12, A-S2-18, A-S2-19).
//!
//! Always holds: what a message reserved is counted as sent once its provider is known to have taken it, goes back once
//! it is known not to, and either happens once, however often and in whatever order answers and reports come.

use super::{
    Charge, Payer,
    numbers::NumberKey,
    wallet::{Reserved, Wallet},
};
use crate::{Instant, limits};
use serde::{Deserialize, Serialize};

/// Days after which a message of which nothing was heard counts as sent.
pub const UNKNOWN_DAYS: i64 = 30;

/// Minutes after which a message that was handed over, and of which nothing was heard, is asked after.
pub const FIRST_QUESTION: i64 = 2;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It was let out, and its provider has not answered.
    Out,
    /// The provider took it.
    Taken,
    /// The provider did not take it.
    Refused,
}

/// A message's way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sending {
    /// Who pays.
    pub payer: Payer,
    /// Segments by our own count.
    pub segments: u32,
    /// What it holds, or held, of the shop's packs.
    #[serde(default, skip_serializing_if = "Reserved::is_empty")]
    pub reserved: Reserved,
    /// Whom it counts against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<NumberKey>,
    /// The same number under the keys of before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers_before: Vec<NumberKey>,
    /// Version of the shop's template; none where the text is ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<u32>,
    /// The grant that it spent: its `WeChat` template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// How far it is.
    pub stage: Stage,
    /// The provider's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    /// Segments by the provider's count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_segments: Option<u32>,
    /// What the provider said when it refused or failed, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_code: Option<String>,
    /// Delivery reports, one for each segment that is told apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reports: Vec<Report>,
    /// What it held was given back after a failed delivery.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_given_back: bool,
}

/// What a provider says became of a message, or of one of its segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Which segment, where that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
    /// Whether it arrived.
    pub is_delivered: bool,
    /// In the provider's words.
    pub code: String,
    /// Segments that the provider counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<u32>,
    /// When it was so.
    pub at: Instant,
    /// Whether the provider charges for it all the same.
    pub is_charged: bool,
}

/// What is known of the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Delivery {
    Delivered,
    Failed,
}

/// What an answer or a report changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Nothing that was not known.
    Not,
    /// Something.
    On,
}

impl Sending {
    /// One that is let out.
    pub const fn new(payer: Payer, segments: u32, reserved: Reserved) -> Self {
        Self {
            payer,
            segments,
            reserved,
            number: None,
            numbers_before: Vec::new(),
            template: None,
            grant: None,
            stage: Stage::Out,
            provider_id: None,
            provider_segments: None,
            provider_code: None,
            reports: Vec::new(),
            is_given_back: false,
        }
    }

    /// What is known of its delivery: failed if any segment failed (A-S2-19).
    pub fn delivery(&self) -> Option<Delivery> {
        if self.reports.iter().any(|report| !report.is_delivered) {
            return Some(Delivery::Failed);
        }
        (!self.reports.is_empty()).then_some(Delivery::Delivered)
    }

    /// Everything that the number is counted and found by which it counts against.
    pub fn numbers(&self) -> impl Iterator<Item = &NumberKey> {
        self.number.iter().chain(&self.numbers_before)
    }

    /// Whether it went to one of these numbers. Where no number was known there is none to compare, and who does not say
    /// one has signed for it (A-S2-19).
    pub fn went_to(&self, numbers: Option<&[NumberKey]>) -> bool {
        let went = self.number.as_ref().filter(|went| went.is_number());
        went.zip(numbers).is_none_or(|(went, numbers)| numbers.contains(went))
    }

    /// Its delivery reports.
    pub fn reports(&self) -> &[Report] {
        &self.reports
    }

    /// The provider took it. An answer that comes after a report, or twice, adds its id at most.
    pub fn take(&mut self, provider_id: Option<String>, segments: Option<u32>, wallet: &mut Wallet) -> Moved {
        let before = (self.provider_id.is_some(), self.provider_segments);
        self.provider_id = self.provider_id.take().or(provider_id);
        self.provider_segments = self.provider_segments.or(segments.map(believed));
        if self.stage == Stage::Out {
            self.stage = Stage::Taken;
            wallet.commit(&self.reserved);
            return Moved::On;
        }
        let after = (self.provider_id.is_some(), self.provider_segments);
        if before == after { Moved::Not } else { Moved::On }
    }

    /// The provider did not take it. One that was reported on was taken, whatever the answer says.
    pub fn refuse(&mut self, code: Option<String>, wallet: &mut Wallet, now: Instant) -> Moved {
        if self.stage != Stage::Out {
            return Moved::Not;
        }
        self.stage = Stage::Refused;
        self.provider_code = code;
        wallet.release(&self.reserved, now);
        Moved::On
    }

    /// A delivery report. The same again changes nothing; one of a message that nobody answered for says that it was
    /// taken; one of a message that was refused is kept, and what was released stays so.
    pub fn report(&mut self, report: Report, wallet: &mut Wallet, now: Instant) -> Moved {
        if self.reports.contains(&report) || self.reports.len() >= limits::MESSAGE_REPORTS {
            return Moved::Not;
        }
        self.take(None, None, wallet);
        let told = report.segments.max(report.part).map(believed);
        self.provider_segments = self.provider_segments.max(told);
        self.reports.push(report);
        let mut failed = self.reports.iter().filter(|report| !report.is_delivered).peekable();
        if let Some(failed) = failed.peek() {
            self.provider_code.get_or_insert_with(|| failed.code.clone());
        }
        let is_free = failed.peek().is_some() && failed.all(|report| !report.is_charged);
        if self.stage == Stage::Taken && is_free && !self.is_given_back {
            self.is_given_back = true;
            wallet.refund(&self.reserved, now);
        }
        Moved::On
    }

    /// What the shop's packs have to do with it.
    pub fn charge(&self) -> Charge {
        match self.stage {
            _ if self.reserved.is_empty() => Charge::Free,
            Stage::Out => Charge::Held,
            Stage::Taken if !self.is_given_back => Charge::Charged,
            Stage::Taken | Stage::Refused => Charge::GivenBack,
        }
    }

    /// The provider's count of what the packs paid for or hold: where it is another than ours, that is the bill's
    /// difference, and what the merchant is told of (A-S2-12).
    pub fn billed_by_provider(&self) -> Option<u32> {
        let is_billed = matches!(self.charge(), Charge::Held | Charge::Charged);
        self.provider_segments.filter(|_| is_billed)
    }

    /// Segments that it cost the shop so far.
    pub fn charged(&self) -> u64 {
        if self.charge() == Charge::Charged { self.reserved.segments() } else { 0 }
    }

    /// Segments that it holds.
    pub fn held(&self) -> u64 {
        if self.charge() == Charge::Held { self.reserved.segments() } else { 0 }
    }
}

/// A provider's count as it stands beside ours: a slip of its program makes no bill of thousands of millions (A-S2-12).
fn believed(segments: u32) -> u32 {
    segments.min(limits::PROVIDER_SEGMENTS)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn now() -> Instant {
        Instant::parse("2030-06-10T00:00:00Z").unwrap()
    }
    fn report(part: u32, is_delivered: bool, is_charged: bool) -> Report {
        let (part, code, at) = (Some(part), "DELIVRD".to_owned(), now());
        Report { part, is_delivered, code, segments: None, at, is_charged }
    }
    fn out(segments: u32) -> (Sending, Wallet) {
        let mut wallet = Wallet::new(true);
        wallet.buy(10, None, now()).unwrap();
        let reserved = wallet.reserve(segments.into(), now()).unwrap();
        (Sending::new(Payer::Merchant, segments, reserved), wallet)
    }

    /// Answers and reports in every order, each told twice: the wallet holds, and ends alike.
    #[test]
    fn a_s2_12_a_s2_19_answers_and_reports_in_every_order_count_once() {
        #[derive(Clone)]
        enum Said {
            Taken,
            Report(Report),
        }
        let said = [
            Said::Taken,
            Said::Report(report(1, false, true)),
            Said::Report(report(2, true, true)),
            Said::Report(report(3, true, true)),
        ];
        for order in permutations(said.len()) {
            let (mut sending, mut wallet) = out(3);
            for at in order.iter().chain(&order) {
                match said[*at].clone() {
                    Said::Taken => sending.take(Some("biz".into()), None, &mut wallet),
                    Said::Report(report) => sending.report(report, &mut wallet, now()),
                };
                assert_eq!(wallet.fault(), None);
            }
            assert_eq!((wallet.sent, wallet.reserved, wallet.free(now())), (3, 0, 7), "{order:?}");
            assert_eq!(sending.delivery(), Some(Delivery::Failed), "{order:?}: one segment failed");
            assert_eq!(sending.provider_segments, Some(3));
        }
    }

    #[test]
    fn a_s2_12_a_failure_gives_back_only_where_it_is_not_charged() {
        for (is_charged, free) in [(true, 8), (false, 10)] {
            let (mut sending, mut wallet) = out(2);
            sending.take(None, None, &mut wallet);
            sending.report(report(1, false, is_charged), &mut wallet, now());
            sending.report(report(1, false, is_charged), &mut wallet, now());
            assert_eq!((wallet.free(now()), wallet.fault()), (free, None));
            assert_eq!(sending.charged(), 10 - free);
        }
    }

    /// A-S2-12, A-S2-19: whatever a provider counts, in its answer, a report or the number of a part, the wallet has what we
    /// count, and the count beside ours stays one that a bill can add up.
    #[test]
    fn a_s2_12_a_s2_19_a_count_beyond_measure_stands_as_the_most_that_is_believed() {
        let most = Some(limits::PROVIDER_SEGMENTS);
        for (told, stands) in
            [(1_000_000_000, most), (u32::MAX, most), (101, most), (100, most), (3, Some(3))]
        {
            let (mut answered, mut wallet) = out(2);
            answered.take(None, Some(told), &mut wallet);
            let (mut reported, mut of_part) = (out(2), out(2));
            let whole = Report { part: None, segments: Some(told), ..report(1, true, true) };
            reported.0.report(whole, &mut reported.1, now());
            of_part.0.report(report(told, true, true), &mut of_part.1, now());
            for (sending, wallet) in [(answered, wallet), reported, of_part] {
                assert_eq!(sending.provider_segments, stands, "{told}");
                assert_eq!((wallet.sent, wallet.reserved, wallet.fault()), (2, 0, None), "{told}");
            }
        }
    }

    /// A-S2-19: a report counts for a message that went to the number it names; one that names none was signed for.
    #[test]
    fn a_s2_19_whether_a_message_went_to_a_number() {
        let key = |digit: &str| NumberKey::try_new(&digit.repeat(32)).unwrap();
        let nobody = NumberKey::of_customer(&"u1".parse().unwrap());
        for (went, named, is_its) in [
            (Some(key("a")), Some(vec![key("a")]), true),
            (Some(key("a")), Some(vec![key("b"), key("a")]), true),
            (Some(key("a")), Some(vec![key("b")]), false),
            (Some(key("a")), Some(vec![]), false),
            (Some(key("a")), None, true),
            (Some(nobody.clone()), Some(vec![key("a")]), true),
            (Some(nobody), None, true),
            (None, Some(vec![key("a")]), true),
        ] {
            let (mut sending, _) = out(1);
            sending.number.clone_from(&went);
            assert_eq!(sending.went_to(named.as_deref()), is_its, "{went:?} {named:?}");
        }
    }

    #[test]
    fn a_s2_18_a_refusal_after_a_report_is_not_believed() {
        let (mut sending, mut wallet) = out(1);
        sending.report(report(1, true, true), &mut wallet, now());
        assert_eq!(sending.refuse(Some("isv.X".into()), &mut wallet, now()), Moved::Not);
        assert_eq!((sending.stage, wallet.sent), (Stage::Taken, 1));
        let (mut sending, mut wallet) = out(1);
        assert_eq!(sending.refuse(Some("isv.X".into()), &mut wallet, now()), Moved::On);
        assert_eq!(sending.refuse(Some("isv.X".into()), &mut wallet, now()), Moved::Not);
        sending.report(report(1, true, true), &mut wallet, now());
        assert_eq!((wallet.free(now()), wallet.fault()), (10, None));
    }

    fn permutations(of: usize) -> Vec<Vec<usize>> {
        if of == 0 {
            return vec![Vec::new()];
        }
        let shorter = permutations(of - 1);
        let with = |at: usize| {
            shorter.iter().map(move |order| {
                let mut order = order.clone();
                order.insert(at, of - 1);
                order
            })
        };
        (0..of).flat_map(with).collect()
    }
}
