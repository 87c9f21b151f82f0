//! The notices of an archive: as they were shown, where they stand, and what may change between them.

use super::{
    finding::{Finding, FindingCode},
    found::Found,
};
use crate::{
    archive::{Archive, NoticeLink},
    chain::notice_hash,
    check,
    law::Law,
    problem::Problem,
};

pub fn check(archive: &Archive, law: &Law, found: &mut Found) {
    let links = &archive.notices;
    if links.first().is_none_or(|first| first.after != 0) {
        found.whole(FindingCode::NoticeMissing);
    }
    for link in links {
        itself(link, found);
    }
    if let Some(first) = links.first() {
        for problem in check::before_start(&first.notice, law) {
            found.add(told(FindingCode::NoticeUnlawful, first, &problem));
        }
    }
    let last = archive.plays.iter().map(|play| play.n).max().unwrap_or_default();
    for (now, next) in links.iter().zip(links.iter().skip(1)) {
        if next.after < now.after {
            found.add(Finding::new(FindingCode::NoticeMoved, Some(next.after)));
        }
        for problem in check::changed(&now.notice, &next.notice, law) {
            found.add(told(FindingCode::ChangedUnlawfully, next, &problem));
        }
    }
    for link in links.iter().filter(|link| link.after > last) {
        found.add(Finding::new(FindingCode::NoticeMoved, Some(link.after)));
    }
}

/// The text is that of its hash and of its fields.
fn itself(link: &NoticeLink, found: &mut Found) {
    if notice_hash(&link.text) != link.hash {
        found.at(link.after, FindingCode::NoticeChanged);
    }
    if link.notice.text(link.wording) != link.text {
        found.at(link.after, FindingCode::NoticeDiffers);
    }
}

fn told(code: FindingCode, link: &NoticeLink, problem: &Problem) -> Finding {
    let Problem { path, code: why, en, zh } = problem;
    let en = format!("{path}: {why}: {en}");
    let zh = format!("{path}：{why}：{zh}");
    Finding::with(code, Some(link.after), &en, &zh)
}
