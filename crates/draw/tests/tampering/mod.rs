//! Tampering with an archive: what is done to it, and what has to be found.

#![allow(dead_code, reason = "each test uses some of it")]

use draw::{
    archive::{Archive, NoticeLink},
    chain,
    law::MAINLAND_CHINA,
    verify::{FindingCode, Known, Report, verify},
};

/// Its name, what is done to an honest archive, and the codes with their plays.
pub type Case = (&'static str, fn(&mut Archive), &'static [(FindingCode, Option<u64>)]);

/// Codes with their plays.
pub fn told(report: &Report) -> Vec<(FindingCode, Option<u64>)> {
    assert_eq!(report.more, 0);
    report.findings.iter().map(|finding| (finding.code, finding.n)).collect()
}

/// Makes the chain anew, as whoever holds the store could.
pub fn made_anew(archive: &mut Archive) {
    let mut notices = std::mem::take(&mut archive.notices).into_iter();
    let first = notices.next().expect("a notice");
    archive.notices = vec![NoticeLink::first(&archive.campaign, &archive.commit, first.notice)];
    archive.head = archive.notices[0].head;
    let mut notices = notices.peekable();
    for (n, play) in (1..).zip(&mut archive.plays) {
        while let Some(link) = notices.next_if(|link| link.after < n) {
            archive.notices.push(NoticeLink::next(link.after, &archive.head, link.notice));
            archive.head = archive.notices.last().expect("pushed").head;
        }
        play.n = n;
        play.hash = chain::after_play(&archive.head, &play.link());
        archive.head = play.hash;
    }
    archive.winners = archive.listed(&MAINLAND_CHINA);
}

/// Each tampering on an honest archive, whose head is known from elsewhere.
#[track_caller]
pub fn finds(honest: fn() -> Archive, cases: &[Case]) {
    for (name, tamper, expected) in cases {
        let mut archive = honest();
        let known = Known { head: Some(archive.head), seen: Vec::new() };
        tamper(&mut archive);
        let report = verify(&archive, &MAINLAND_CHINA, &known);
        assert_eq!(told(&report), *expected, "{name}: {:#?}", report.findings);
        assert!(!report.is_verified(), "{name}");
    }
}
